package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.db.testing.TestDatabase;

class OutcomeFeedStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private ImageJobStore jobs;
  private OutcomeStore outcomes;
  private OutcomeFeedStore feed;
  private Run run;

  @BeforeEach
  void newRun(TestInfo test) {
    jobs = new ImageJobStore(DATABASE.dataSource());
    outcomes = new OutcomeStore(DATABASE.dataSource());
    feed = new OutcomeFeedStore(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName());
  }

  @Test
  void outcomesComeInTheOrderOfTheirCommitsWithAllThatWasAskedAndFound() {
    NewImageJob traced =
        Jobs.job("traced", "a.png").from(new KafkaOrigin(3, 77), Optional.of("trace-1"));
    NewImageJob rejected =
        NewImageJob.rejected(
            "rejected",
            OptionalLong.empty(),
            new ImagePrompt(Optional.of("7"), Optional.of("cat"), Optional.empty(), "What?"),
            new JobFailure("ingest", "JOB_MESSAGE", "no prompt", 1));
    jobs.insert(run.runId(), List.of(Jobs.job("plain", "b.png"), traced, rejected));
    long plainId = jobId("plain");
    long tracedId = jobId("traced");
    StoredFailure failure = Jobs.failure(plainId, "IMAGE_NOT_FOUND", "no b.png");
    StoredAnswer answer = Jobs.answer(tracedId, "a \0 kite");
    outcomes.write(run.runId(), List.of(), List.of(failure));
    outcomes.write(run.runId(), List.of(answer), List.of());

    List<OutcomeRow> rows = feed.after(run.runId(), 0, 10);

    assertThat(rows).extracting(OutcomeRow::sequence).containsExactly(1L, 2L, 3L);
    assertThat(rows)
        .extracting(row -> row.job().customId())
        .containsExactly("rejected", "plain", "traced");
    assertThat(rows.get(0).job().prompt()).isEqualTo(rejected.prompt());
    assertThat(rows.get(0).job().failure().orElseThrow().failure().code()).isEqualTo("JOB_MESSAGE");
    assertThat(rows.get(1).job().failure()).contains(failure);
    assertThat(rows.get(1).job().answer()).isEmpty();
    assertThat(rows.get(2).job().answer()).contains(answer);
    assertThat(rows.get(2).job().failure()).isEmpty();
    assertThat(rows)
        .extracting(OutcomeRow::traceId)
        .containsExactly(Optional.empty(), Optional.empty(), Optional.of("trace-1"));
    assertThat(feed.lastSequence(run.runId())).isEqualTo(3);
  }

  @Test
  void pagesFollowEachOtherWithoutGapsWhateverTheKindsAre() {
    List<Long> ids = store(200);
    for (int i = 0; i < 200; i += 10) {
      List<Long> ten = ids.subList(i, i + 10);
      outcomes.write(
          run.runId(),
          ten.stream().filter(id -> id % 3 != 0).map(id -> Jobs.answer(id, "x")).toList(),
          ten.stream().filter(id -> id % 3 == 0).map(id -> Jobs.failure(id, "A", "x")).toList());
    }

    List<OutcomeRow> all = new ArrayList<>();
    List<OutcomeRow> page = feed.after(run.runId(), 0, 7);
    while (!page.isEmpty()) {
      all.addAll(page);
      page = feed.after(run.runId(), page.get(page.size() - 1).sequence(), 7);
    }

    assertThat(all).extracting(OutcomeRow::sequence).containsExactlyElementsOf(oneTo(200));
    assertThat(all).extracting(row -> row.job().jobId()).containsExactlyInAnyOrderElementsOf(ids);
  }

  /** A concurrent reader must never skip a number that is not committed yet. */
  @Test
  void whoFollowsWritersAtWorkMissesNothing() throws Exception {
    List<Long> ids = store(600);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 3; writer++) {
        List<Long> mine = ids.subList(writer * 200, writer * 200 + 200);
        writers.add(threads.submit(() -> mine.forEach(this::storeOne)));
      }
      Callable<List<Long>> following = () -> follow(600);
      Future<List<Long>> followed = threads.submit(following);
      for (Future<?> writer : writers) {
        writer.get();
      }

      assertThat(followed.get()).containsExactlyElementsOf(oneTo(600));
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whatTakesNothingOrIsRolledBackLeavesNoGap() {
    List<Long> ids = store(4);
    outcomes.write(run.runId(), List.of(Jobs.answer(ids.get(0), "x")), List.of());
    new TransactionTemplate(new JdbcTransactionManager(DATABASE.dataSource()))
        .executeWithoutResult(
            status -> {
              outcomes.write(run.runId(), List.of(Jobs.answer(ids.get(1), "x")), List.of());
              status.setRollbackOnly();
            });
    outcomes.write(
        run.runId(),
        List.of(Jobs.answer(ids.get(0), "y"), Jobs.answer(ids.get(2), "y")),
        List.of(Jobs.failure(ids.get(2), "B", "y"), Jobs.failure(ids.get(3), "B", "y")));
    NewImageJob rejected =
        NewImageJob.rejected(
            "rejected",
            OptionalLong.empty(),
            ImagePrompt.about("x.png", ""),
            new JobFailure("ingest", "A", "x", 1));
    jobs.insert(run.runId(), List.of(rejected, rejected));
    jobs.insert(run.runId(), List.of(rejected));
    outcomes.write(run.runId(), List.of(Jobs.answer(ids.get(1), "z")), List.of());

    assertThat(feed.after(run.runId(), 0, 10))
        .extracting(OutcomeRow::sequence)
        .containsExactlyElementsOf(oneTo(5));
    assertThat(feed.lastSequence(run.runId())).isEqualTo(5);
  }

  @Test
  void runsAreCountedApart() {
    List<Long> ids = store(1);
    Run other = new RunStore(DATABASE.dataSource()).findOrCreate("other");
    outcomes.write(run.runId(), List.of(Jobs.answer(ids.get(0), "x")), List.of());

    assertThat(feed.lastSequence(other.runId())).isZero();
    assertThat(feed.after(other.runId(), 0, 10)).isEmpty();
    assertThat(run.uuid()).isNotEqualTo(other.uuid());
  }

  private void storeOne(long job) {
    outcomes.write(run.runId(), List.of(Jobs.answer(job, "x")), List.of());
  }

  private List<Long> follow(int count) {
    List<Long> seen = new ArrayList<>();
    while (seen.size() < count) {
      long last = seen.isEmpty() ? 0 : seen.get(seen.size() - 1);
      feed.after(run.runId(), last, 50).forEach(row -> seen.add(row.sequence()));
    }
    return seen;
  }

  private static List<Long> oneTo(int last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private List<Long> store(int count) {
    jobs.insert(
        run.runId(),
        IntStream.range(0, count).mapToObj(i -> Jobs.job("job-" + i, "image.png")).toList());
    return jobs.waitingAfter(run.runId(), JobPosition.START, count).stream()
        .map(StoredJob::jobId)
        .toList();
  }

  private long jobId(String customId) {
    return jobs.waitingAfter(run.runId(), JobPosition.START, 10).stream()
        .filter(job -> job.customId().equals(customId))
        .findFirst()
        .orElseThrow()
        .jobId();
  }
}
