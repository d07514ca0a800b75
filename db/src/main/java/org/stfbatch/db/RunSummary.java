package org.stfbatch.db;

import java.time.Instant;
import java.util.Optional;

/**
 * One line about a run.
 *
 * @param run its id, name and time of creation
 * @param jobs all image jobs; always {@code answered + failed + waiting}
 * @param answered jobs with an answer
 * @param failed jobs with a failure
 * @param waiting jobs with neither
 * @param startedAt when the first of its chunks was begun; empty if none was committed
 * @param finishedAt when the last of its chunks was committed; likewise
 * @param bytes that its jobs, answers and failures take, without indexes
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
