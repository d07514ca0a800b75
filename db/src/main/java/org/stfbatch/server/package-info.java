/**
 * What the servers of a home folder share, whatever they serve.
 *
 * <p>{@link org.stfbatch.server.SharedServer} is the entry point: commands of one home share a
 * server, and the last one stops it. What is special about a server is its {@link
 * org.stfbatch.server.ServerControl}; the other classes help to write one. They fail with a {@link
 * org.stfbatch.server.ServerException}, which {@code SharedServer} replaces by the exception that
 * callers of that server know.
 */
package org.stfbatch.server;
