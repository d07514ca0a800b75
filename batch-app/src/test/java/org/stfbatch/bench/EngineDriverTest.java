package org.stfbatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.bench.EngineDriver.Submission;
import org.stfbatch.engine.Answer;
import org.stfbatch.model.ModelSettings;

/** All kinds of submission count the same answers. */
final class EngineDriverTest {
  private static final int BATCH = 3;

  private static EnginePlan plan;
  private static BenchModel.RunningEngine running;

  @BeforeAll
  static void start() {
    BenchModel model = BenchModel.of("small", OptionalInt.of(1), Optional.empty());
    Workload workload = new Workload(3, 2, List.of(4, 1), 25);
    plan = new EnginePlan(model, ModelSettings.exact(), workload, BATCH, true, 1);
    running = plan.start();
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void everySubmissionGivesTheSameAnswers() {
    Pass inFlight = run(Submission.IN_FLIGHT, 7);
    Pass grouped = run(Submission.STATIC, 7);
    Pass padded = run(Submission.PADDED, 7);

    assertThat(inFlight.answers())
        .extracting(Answer::generatedTokens)
        .containsExactly(4, 1, 4, 1, 4, 1);
    assertThat(tokens(grouped)).isEqualTo(tokens(inFlight));
    assertThat(tokens(padded)).isEqualTo(tokens(inFlight));
    assertThat(padded.done().decodedTokens()).isEqualTo(6 * 4);
    assertThat(grouped.done().decodedTokens()).isEqualTo(inFlight.generatedTokens());
  }

  private static List<List<Integer>> tokens(Pass pass) {
    return pass.answers().stream().map(Answer::tokenIds).toList();
  }

  @Test
  void anotherSeedSharesNothingWithTheFirst() {
    Pass first = run(Submission.IN_FLIGHT, 11);
    Pass second = run(Submission.IN_FLIGHT, 12);

    assertThat(first.images()).containsExactly(0, 0, 1, 1, 2, 2);
    assertThat(second.done().images()).isEqualTo(3);
    assertThat(second.done().prefillTokens())
        .isEqualTo(second.promptTokens() - 3 * 144 - 5 * Workload.SYSTEM_TOKENS);
  }

  @Test
  void questionsDifferInLengthByFiveAtMost() {
    List<Workload.Item> items = new Workload(20, 5, List.of(1), 25).items(plan.model().config(), 1);

    assertThat(items)
        .extracting(item -> item.job().promptIds().length - 1 - Workload.SYSTEM_TOKENS)
        .allMatch(length -> length >= 20 && length <= 30)
        .contains(20, 30);
  }

  private static Pass run(Submission submission, long seed) {
    return new EngineDriver(running.engine())
        .run(plan.workload().items(plan.model().config(), seed), submission, BATCH);
  }
}
