package org.stfbatch.training;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Plan of the samples of each step: a pure function of the seed and the step's number, so that a
 * training can continue after any step.
 *
 * <p>As in LLaVA's sampler, every epoch distributes the shuffled samples to steps, those with and
 * those without an image separately, and the samples of a step are sorted by length into its
 * batches: a step is a random choice, but a batch holds rows of similar length. The incomplete
 * steps of both kinds come last.
 */
final class StepPlan {
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  private final List<Planned> samples;
  private final int batch;
  private final int stepSamples;
  private final long seed;
  private final int stepsPerEpoch;
  private long epoch = -1;
  private List<List<Integer>> order = List.of();

  /**
   * Properties of a sample that the plan depends on.
   *
   * @param picture whether it has an image
   * @param length positions that the model processes
   */
  record Planned(boolean picture, int length) {}

  /**
   * @param batch samples per batch
   * @param accumulate batches per step
   */
  StepPlan(List<Planned> samples, int batch, int accumulate, long seed) {
    this.samples = samples;
    this.batch = batch;
    this.stepSamples = Math.multiplyExact(batch, accumulate);
    this.seed = seed;
    this.stepsPerEpoch = shuffled(0).size();
  }

  int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /**
   * Returns the samples of a step, batch by batch.
   *
   * @param step from 0, over all epochs
   */
  List<List<Integer>> batches(long step) {
    if (step / stepsPerEpoch != epoch) {
      epoch = step / stepsPerEpoch;
      order = shuffled(epoch);
    }
    List<Integer> sorted = new ArrayList<>(order.get((int) (step % stepsPerEpoch)));
    sorted.sort(Comparator.comparing((Integer sample) -> -samples.get(sample).length()));
    return cut(sorted, batch);
  }

  private List<List<Integer>> shuffled(long number) {
    Random random = new Random(seed * GOLDEN_RATIO + number);
    List<Integer> rest = new ArrayList<>();
    List<List<Integer>> steps = new ArrayList<>(fullSteps(true, random, rest));
    steps.addAll(fullSteps(false, random, rest));
    Collections.shuffle(steps, random);
    steps.addAll(cut(rest, stepSamples));
    return steps;
  }

  /**
   * Returns the complete steps of one kind of samples and adds the remaining samples to {@code
   * rest}.
   */
  private List<List<Integer>> fullSteps(boolean pictures, Random random, List<Integer> rest) {
    List<Integer> kind = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      if (samples.get(i).picture() == pictures) {
        kind.add(i);
      }
    }
    Collections.shuffle(kind, random);
    int full = kind.size() / stepSamples * stepSamples;
    rest.addAll(kind.subList(full, kind.size()));
    return cut(kind.subList(0, full), stepSamples);
  }

  private static List<List<Integer>> cut(List<Integer> list, int size) {
    List<List<Integer>> parts = new ArrayList<>();
    for (int start = 0; start < list.size(); start += size) {
      parts.add(List.copyOf(list.subList(start, Math.min(start + size, list.size()))));
    }
    return parts;
  }
}
