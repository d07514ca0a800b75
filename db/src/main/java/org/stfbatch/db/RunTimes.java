package org.stfbatch.db;

import java.time.Instant;
import java.util.Optional;

/**
 * Start, end and number of the attempts at a run.
 *
 * @param started start of its first chunk; empty if no chunk was committed
 * @param finished commit of its last chunk; empty if no chunk was committed
 * @param attempts number of step executions (starts and restarts) that committed a chunk
 */
public record RunTimes(Optional<Instant> started, Optional<Instant> finished, long attempts) {}
