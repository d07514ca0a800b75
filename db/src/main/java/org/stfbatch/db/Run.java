package org.stfbatch.db;

import java.time.Instant;

/**
 * A named set of image jobs that is processed and reported together.
 *
 * @param runId its key in every table
 * @param name what the user calls it, unique
 * @param createdAt when it was first named
 */
public record Run(long runId, String name, Instant createdAt) {}
