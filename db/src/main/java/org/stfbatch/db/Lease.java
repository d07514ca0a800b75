package org.stfbatch.db;

import java.time.Instant;

/**
 * Who works on a run.
 *
 * @param owner how the holder described itself, for example host and process id
 * @param acquiredAt since when, by the database's clock
 * @param heartbeatAt its last sign of life, by the database's clock
 */
public record Lease(String owner, Instant acquiredAt, Instant heartbeatAt) {}
