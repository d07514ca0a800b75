package org.stfbatch.db;

import java.time.Instant;

/**
 * Lease of a lock: who holds it and when it was last renewed.
 *
 * @param owner the holder's description of itself, for example host and process id
 * @param acquiredAt when the lock was acquired, by the database's clock
 * @param heartbeatAt the latest heartbeat, by the database's clock
 */
public record Lease(String owner, Instant acquiredAt, Instant heartbeatAt) {}
