package org.stfbatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Outcome;

/** Runs workloads through an engine. */
final class EngineDriver {
  private static final double NANOS = 1e9;

  private final Engine engine;

  EngineDriver(Engine engine) {
    this.engine = engine;
  }

  /** How questions are submitted to the engine. */
  enum Submission {
    /** All at once: continuous batching. */
    IN_FLIGHT,
    /**
     * Static batches: groups of the batch's size, each awaited before the next; finished sequences
     * leave.
     */
    STATIC,
    /**
     * Static batches with padding: all answers are generated to the length of the group's longest
     * one, and the surplus is discarded.
     */
    PADDED
  }

  /**
   * @param group size of a group; ignored if all questions are in flight
   */
  Pass run(List<Workload.Item> items, Submission submission, int group) {
    EngineStatistics before = engine.statistics();
    long started = System.nanoTime();
    List<Answer> answers =
        submission == Submission.IN_FLIGHT
            ? answers(items)
            : groups(items, submission == Submission.PADDED, group);
    double seconds = (System.nanoTime() - started) / NANOS;
    return new Pass(
        seconds,
        answers,
        items.stream().map(Workload.Item::image).toList(),
        engine.statistics().minus(before));
  }

  private List<Answer> groups(List<Workload.Item> items, boolean padded, int group) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < items.size(); i += group) {
      List<Workload.Item> together = items.subList(i, Math.min(items.size(), i + group));
      answers.addAll(padded ? padded(together) : answers(together));
    }
    return answers;
  }

  private List<Answer> padded(List<Workload.Item> items) {
    int longest = items.stream().mapToInt(EngineDriver::newTokens).max().orElseThrow();
    List<Workload.Item> all =
        items.stream().map(item -> item.with(Generation.greedy(longest))).toList();
    List<Answer> answers = answers(all);
    List<Answer> cut = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      cut.add(cut(answers.get(i), newTokens(items.get(i))));
    }
    return cut;
  }

  private static int newTokens(Workload.Item item) {
    return item.job().task().maxNewTokens();
  }

  private static Answer cut(Answer answer, int tokens) {
    return new Answer(
        answer.text(),
        answer.tokenIds().subList(0, Math.min(tokens, answer.generatedTokens())),
        answer.finishReason(),
        answer.promptTokens(),
        answer.visionTokens(),
        answer.timings());
  }

  private List<Answer> answers(List<Workload.Item> items) {
    List<CompletableFuture<Outcome>> futures =
        items.stream().map(item -> submit(item.job())).toList();
    return futures.stream().map(CompletableFuture::join).map(EngineDriver::answer).toList();
  }

  private CompletableFuture<Outcome> submit(EngineJob job) {
    return engine.submit(job);
  }

  static Answer answer(Outcome outcome) {
    if (outcome instanceof Failure failure) {
      throw new IllegalStateException(
          "a question of the measurement failed: " + failure.code() + " " + failure.message());
    }
    return (Answer) outcome;
  }
}
