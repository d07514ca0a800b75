package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.testing.TestDatabase;

class RunModelStoreTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final ModelIdentity PLAIN = ModelIdentity.plain("a");
  private static final ModelIdentity OTHER =
      new ModelIdentity("b", "fastv:layer=2,keep=144", "int8");

  private RunModelStore models;
  private long run;

  @BeforeEach
  void newRun(TestInfo test) {
    models = new RunModelStore(DATABASE.dataSource());
    run = new RunStore(DATABASE.dataSource()).findOrCreate(test.getDisplayName()).runId();
  }

  @Test
  void theFirstAnswerTellsTheModel() {
    ImageJobStore jobs = new ImageJobStore(DATABASE.dataSource());
    jobs.insert(run, Jobs.jobs(1, 2));
    List<Long> ids =
        jobs.waitingAfter(run, JobPosition.START, 2).stream().map(StoredJob::jobId).toList();
    OutcomeStore outcomes = new OutcomeStore(DATABASE.dataSource());

    assertThat(models.first(run)).isEmpty();
    outcomes.write(run, List.of(), List.of(Jobs.failure(ids.get(0), "IMAGE_DECODE", "damaged")));
    assertThat(models.first(run)).isEmpty();
    outcomes.write(run, List.of(Jobs.answer(ids.get(1), "x", OTHER)), List.of());
    assertThat(models.first(run)).contains(OTHER);
  }

  @Test
  void allAreThoseThatGaveAnswersEachOnceInTheirOrder() {
    chunk(0, new ModelIdentity("c", "prumerge", "plain"));
    chunk(2, OTHER);
    chunk(1, PLAIN);
    chunk(2, OTHER);

    assertThat(models.all(run)).containsExactly(OTHER, PLAIN);
  }

  private void chunk(int answers, ModelIdentity model) {
    Instant noon = Instant.parse("2026-01-01T12:00:00Z");
    new ChunkMetricStore(DATABASE.dataSource())
        .insert(
            new ChunkMetric(
                run,
                1,
                noon,
                noon.plusSeconds(1),
                new ChunkMetric.Counts(2, answers, 2 - answers, 0, 0),
                TokenCounts.NONE,
                new ChunkMetric.Seconds(0, 0, 0, 0, 0, 0, 0, 0),
                new ChunkMetric.Work(0, 0, 0, 0, 0, 0, 0, 0),
                new ChunkMetric.Place("cpu", "float32", 8, model),
                Optional.empty()));
  }
}
