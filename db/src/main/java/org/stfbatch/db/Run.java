package org.stfbatch.db;

import java.time.Instant;
import java.util.UUID;

/**
 * A named set of image jobs that is processed and reported together.
 *
 * @param runId its key in every table
 * @param uuid tells runs of equal names in different databases apart
 * @param name what the user calls it, unique
 * @param createdAt when it was first named
 */
public record Run(long runId, UUID uuid, String name, Instant createdAt) {}
