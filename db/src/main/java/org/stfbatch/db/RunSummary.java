package org.stfbatch.db;

import java.time.Instant;
import java.util.Optional;

/**
 * Summary of a run.
 *
 * @param run the run
 * @param jobs all image jobs; always {@code answered + failed + waiting}
 * @param answered jobs with an answer
 * @param failed jobs with a failure
 * @param waiting jobs with neither
 * @param startedAt start of its first chunk; empty if no chunk was committed
 * @param finishedAt commit of its last chunk; empty if no chunk was committed
 * @param bytes size of its jobs, answers and failures, without indexes
 */
public record RunSummary(
    Run run,
    long jobs,
    long answered,
    long failed,
    long waiting,
    Optional<Instant> startedAt,
    Optional<Instant> finishedAt,
    long bytes) {}
