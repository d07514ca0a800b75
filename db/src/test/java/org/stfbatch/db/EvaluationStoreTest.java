package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.db.StoredEvaluation.Figure;
import org.stfbatch.db.testing.TestDatabase;

class EvaluationStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static StoredEvaluation evaluation(long runId, List<Figure> figures, String problem) {
    return new StoredEvaluation(
        runId,
        "pope",
        "/data/pope",
        true,
        10,
        9,
        OptionalDouble.of(86.0),
        figures,
        Optional.ofNullable(problem),
        Instant.parse("2026-01-02T03:04:05.123456Z"));
  }

  @Test
  void theNewestEvaluationOfARunIsKept() {
    EvaluationStore store = new EvaluationStore(DATABASE.dataSource());
    long run = new RunStore(DATABASE.dataSource()).findOrCreate("evaluated").runId();
    StoredEvaluation failed = evaluation(run, List.of(), "an answer is missing");
    StoredEvaluation scored =
        evaluation(
            run, List.of(new Figure("mean F1", 1.0 / 3, true), new Figure("TP", 4, false)), null);

    assertThat(store.find(run)).isEmpty();
    store.store(failed);
    assertThat(store.find(run)).contains(failed);
    assertThat(failed.headline()).isEmpty();
    store.store(scored);
    assertThat(store.find(run)).contains(scored);
    assertThat(scored.headline()).hasValue(1.0 / 3);
  }

  @Test
  void workersThatScoreARunAtOnceAllSucceed() throws Exception {
    EvaluationStore store = new EvaluationStore(DATABASE.dataSource());
    long run = new RunStore(DATABASE.dataSource()).findOrCreate("scored by several").runId();
    StoredEvaluation scored =
        evaluation(
            run, List.of(new Figure("mean F1", 0.5, true), new Figure("TP", 4, false)), null);
    Callable<Void> scoring =
        () -> {
          for (int i = 0; i < 50; i++) {
            store.store(scored);
          }
          return null;
        };

    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Void> worker : threads.invokeAll(Collections.nCopies(4, scoring))) {
        worker.get();
      }
    } finally {
      threads.shutdown();
    }

    assertThat(store.find(run)).contains(scored);
  }

  @Test
  void anotherModelsAnswersAreFound() {
    EvaluationStore store = new EvaluationStore(DATABASE.dataSource());
    long run = new RunStore(DATABASE.dataSource()).findOrCreate("two models").runId();

    ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
    jobs.insert(run, Jobs.jobs(1, 1));
    long job = jobs.waitingAfter(run, JobPosition.START, 1).get(0).jobId();
    assertThat(store.otherModel(run, "another")).isEmpty();

    new OutcomeStore(DATABASE.dataSource()).write(run, List.of(Jobs.answer(job, "x")), List.of());

    assertThat(store.otherModel(run, "another")).contains("llava-stf-7b");
    assertThat(store.otherModel(run, "fingerprint")).isEmpty();
  }
}
