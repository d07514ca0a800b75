package org.stfbatch.db;

import java.time.Instant;
import java.util.Optional;

/**
 * When a run was worked on.
 *
 * @param started when the first of its chunks was begun; empty if none was committed
 * @param finished when the last of its chunks was committed; likewise
 * @param attempts how often it was begun or gone on with, and a chunk was committed
 */
public record RunTimes(Optional<Instant> started, Optional<Instant> finished, long attempts) {}
