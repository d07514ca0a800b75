package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.testing.TestDatabase;

class RunStatusStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private ImageJobStore jobs;
  private ChunkMetricStore metrics;
  private RunStatusStore statuses;
  private Run run;

  @BeforeEach
  void newRun(TestInfo test) {
    jobs = new ImageJobStore(DATABASE.dataSource());
    metrics = new ChunkMetricStore(DATABASE.dataSource());
    statuses = new RunStatusStore(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void anEmptyRunHasNothingAndNoRate() {
    RunStatus status = statuses.status(run);

    assertThat(status.jobs()).isZero();
    assertThat(status.failures()).isEmpty();
    assertThat(status.questionsPerSecond()).isZero();
    assertThat(status.etaSeconds()).isEmpty();
  }

  @Test
  void countsAddUpAndFailuresAreCountedByCode() {
    jobs.insert(run.runId(), Jobs.jobs(1, 20));
    List<Long> ids =
        jobs.waitingAfter(run.runId(), JobPosition.START, 20).stream()
            .map(StoredJob::jobId)
            .toList();
    new OutcomeStore(DATABASE.dataSource())
        .write(
            run.runId(),
            ids.subList(0, 7).stream().map(id -> Jobs.answer(id, "x")).toList(),
            List.of(
                Jobs.failure(ids.get(10), "IMAGE_NOT_FOUND", "x"),
                Jobs.failure(ids.get(11), "IMAGE_DECODE", "x"),
                Jobs.failure(ids.get(12), "IMAGE_NOT_FOUND", "x")));

    RunStatus status = statuses.status(run);

    assertThat(status.run()).isEqualTo(run.name());
    assertThat(status.jobs()).isEqualTo(20);
    assertThat(status.answered()).isEqualTo(7);
    assertThat(status.failed()).isEqualTo(3);
    assertThat(status.waiting()).isEqualTo(10);
    assertThat(status.failures())
        .containsExactly(Map.entry("IMAGE_DECODE", 1L), Map.entry("IMAGE_NOT_FOUND", 2L));
  }

  @Test
  void ratesAreThoseOfTheNewestAttempt() {
    jobs.insert(run.runId(), Jobs.jobs(1, 12));
    metrics.insert(chunk(5, NOON.minusSeconds(7200), NOON.minusSeconds(7199), 1000, 1000));
    metrics.insert(chunk(8, NOON, NOON.plusSeconds(4), 10, 5));
    metrics.insert(chunk(8, NOON.plusSeconds(3), NOON.plusSeconds(10), 20, 10));

    RunStatus status = statuses.status(run);

    assertThat(status.imagesPerSecond()).isEqualTo(1.5, Offset.offset(1e-9));
    assertThat(status.questionsPerSecond()).isEqualTo(3.0, Offset.offset(1e-9));
    assertThat(status.etaSeconds().orElseThrow()).isEqualTo(4.0, Offset.offset(1e-9));
  }

  @Test
  void noTimeHasNoRateEvenIfTheClockWasSetBack() {
    jobs.insert(run.runId(), Jobs.jobs(1, 3));
    metrics.insert(chunk(1, NOON, NOON.minusSeconds(3600), 10, 5));

    assertThat(statuses.status(run).questionsPerSecond()).isZero();
    assertThat(statuses.status(run).etaSeconds()).isEmpty();
  }

  @Test
  void nothingWaitingHasNoEta() {
    metrics.insert(chunk(1, NOON, NOON.plusSeconds(1), 10, 5));

    assertThat(statuses.status(run).questionsPerSecond()).isPositive();
    assertThat(statuses.status(run).etaSeconds()).isEmpty();
  }

  private ChunkMetric chunk(long step, Instant from, Instant to, int jobCount, int images) {
    return new ChunkMetric(
        run.runId(),
        step,
        from,
        to,
        new ChunkMetric.Counts(jobCount, jobCount, 0, jobCount, images),
        new TokenCounts(1, 2, 3).plus(TokenCounts.NONE),
        new ChunkMetric.Seconds(1, 1, 1, 1, 1, 1, 0.5, 1),
        new ChunkMetric.Work(1, 1, 1, 1, 1, 1, 1, 1),
        new ChunkMetric.Place("cpu", "float32", 8, ModelIdentity.plain("fingerprint")),
        Optional.empty());
  }
}
