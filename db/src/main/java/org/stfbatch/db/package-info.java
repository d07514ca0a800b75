/**
 * PostgreSQL storage of runs, image jobs, answers, failures and metrics.
 *
 * <p>{@link org.stfbatch.db.Database} is the entry point: it connects and migrates the schema. The
 * stores use its data source, are thread safe, and participate in the calling thread's Spring
 * transaction on that data source, if there is one. They throw Spring's {@link
 * org.springframework.dao.DataAccessException} if the database fails.
 */
package org.stfbatch.db;
