/**
 * What is stored: runs, image jobs, answers, failures and metrics in PostgreSQL.
 *
 * <p>{@link org.stfbatch.db.Database} is the door: it connects and brings the tables up to date.
 * The stores take its data source, are thread safe, and take part in the Spring transaction of the
 * calling thread if there is one for that data source. They throw Spring's {@link
 * org.springframework.dao.DataAccessException} when the database fails.
 */
package org.stfbatch.db;
