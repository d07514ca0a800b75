/**
 * A PostgreSQL server of the program's own, for users who have none.
 *
 * <p>{@link org.stfbatch.db.embedded.EmbeddedDatabase} is the entry point. The server is a real
 * one, its data survive between commands and power cuts, and it outlives the command that started
 * it only as long as another command uses it or the user asked for that.
 */
package org.stfbatch.db.embedded;
