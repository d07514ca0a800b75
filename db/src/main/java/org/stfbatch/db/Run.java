package org.stfbatch.db;

import java.time.Instant;
import java.util.UUID;

/**
 * A named set of image jobs that are processed and reported together.
 *
 * @param runId primary key
 * @param uuid distinguishes runs of the same name in different databases
 * @param name given by the user, unique
 * @param createdAt when it was created
 */
public record Run(long runId, UUID uuid, String name, Instant createdAt) {}
