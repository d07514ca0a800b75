package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StepPlanTest {
  private static final int BATCH = 4;
  private static final int ACCUMULATE = 3;

  private final List<StepPlan.Planned> samples =
      IntStream.range(0, 101).mapToObj(StepPlanTest::sample).toList();

  /** Every fifth sample has no image. */
  private static StepPlan.Planned sample(int number) {
    return new StepPlan.Planned(number % 5 != 0, 10 + number * 37 % 90);
  }

  private StepPlan plan(long seed) {
    return new StepPlan(samples, BATCH, ACCUMULATE, seed);
  }

  private static List<Integer> epoch(StepPlan plan, int epoch) {
    List<Integer> all = new ArrayList<>();
    for (int step = 0; step < plan.stepsPerEpoch(); step++) {
      plan.batches((long) epoch * plan.stepsPerEpoch() + step).forEach(all::addAll);
    }
    return all;
  }

  @Test
  void everyEpochHasEachSampleOnceInItsOwnOrder() {
    StepPlan plan = plan(1);
    List<Integer> all = IntStream.range(0, samples.size()).boxed().toList();

    assertThat(epoch(plan, 0)).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(all);
    assertThat(epoch(plan, 1)).containsExactlyInAnyOrderElementsOf(all);
    assertThat(epoch(plan, 1)).isNotEqualTo(epoch(plan, 0));
    assertThat(epoch(plan(2), 0)).isNotEqualTo(epoch(plan, 0));
  }

  @Test
  void aStepIsTheSameWhicheverWereAskedForBefore() {
    StepPlan plan = plan(3);
    List<List<Integer>> late = plan(3).batches(3L * plan.stepsPerEpoch() + 2);

    for (long step = 0; step < 4L * plan.stepsPerEpoch(); step++) {
      plan.batches(step);
    }
    assertThat(plan.batches(3L * plan.stepsPerEpoch() + 2)).isEqualTo(late);
  }

  @Test
  void completeStepsHaveOneKindOfSamplesAndBatchesOfSimilarLength() {
    StepPlan plan = plan(4);
    int mixed = 0;
    for (int step = 0; step < plan.stepsPerEpoch(); step++) {
      List<List<Integer>> batches = plan.batches(step);
      List<Integer> all = batches.stream().flatMap(List::stream).toList();
      mixed += all.stream().map(i -> i % 5 == 0).distinct().count() > 1 ? 1 : 0;
      assertThat(all).isSortedAccordingTo((a, b) -> length(b) - length(a));
      assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, BATCH));
    }
    assertThat(mixed).isLessThanOrEqualTo(1);
    assertThat(plan.stepsPerEpoch()).isEqualTo(9);
  }

  @Test
  void aStepIsARandomChoiceOfLengths() {
    StepPlan plan = plan(5);
    for (int step = 0; step < plan.stepsPerEpoch() - 1; step++) {
      List<Integer> all = plan.batches(step).stream().flatMap(List::stream).toList();
      int spread = length(all.get(0)) - length(all.get(all.size() - 1));
      assertThat(spread).isGreaterThan(40);
    }
  }

  private int length(int sample) {
    return samples.get(sample).length();
  }
}
