package org.stfbatch.comparison;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.AnswerChoice;
import org.stfbatch.engine.AnswerChoices;
import org.stfbatch.engine.BatchingEngine;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.EngineSettings;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.Outcome;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;

/** One of the two settings at work. */
final class Side implements AutoCloseable {
  /** So many batches wait in the engine, so that none runs empty while jobs are prepared. */
  private static final int BATCHES_AHEAD = 3;

  private final Engine engine;
  private final int window;

  private Side(Engine engine, int window) {
    this.engine = engine;
    this.window = window;
  }

  static Side start(
      LlavaCheckpoint checkpoint,
      ModelSettings model,
      LlamaTokenizer tokenizer,
      EngineSettings settings) {
    return new Side(
        BatchingEngine.start(checkpoint, model, tokenizer, settings),
        BATCHES_AHEAD * settings.batch());
  }

  /** What becomes of each job, by its name. */
  Map<String, Outcome> outcomes(JobSource jobs) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    ask(jobs, outcomes::put);
    return outcomes;
  }

  /**
   * How likely this side takes answers to be.
   *
   * @param answers generated ones by the names of their jobs; other jobs are left out
   * @return natural logarithms of the probability of all of an answer's tokens
   */
  Map<String, Double> logProbabilities(JobSource jobs, Map<String, Answer> answers) {
    Map<String, Double> found = new LinkedHashMap<>();
    JobSource scored =
        action ->
            jobs.forEach(
                job -> {
                  Answer answer = answers.get(job.customId());
                  if (answer != null) {
                    action.accept(new NamedJob(job.customId(), scoring(job.job(), answer)));
                  }
                });
    ask(
        scored,
        (name, outcome) -> {
          if (outcome instanceof Answer answer) {
            found.put(name, answer.logProbabilities().values().iterator().next());
          }
        });
    return found;
  }

  private static EngineJob scoring(EngineJob job, Answer answer) {
    AnswerChoice all = new AnswerChoice(answer.text(), answer.tokenIds());
    return new EngineJob(job.promptIds(), job.images(), new AnswerChoices(List.of(all)));
  }

  private record Asked(String name, CompletableFuture<Outcome> outcome) {}

  private void ask(JobSource jobs, BiConsumer<String, Outcome> answered) {
    Queue<Asked> asked = new ArrayDeque<>();
    jobs.forEach(
        job -> {
          asked.add(new Asked(job.customId(), engine.submit(job.job())));
          if (asked.size() >= window) {
            await(asked.remove(), answered);
          }
        });
    asked.forEach(job -> await(job, answered));
  }

  private static void await(Asked job, BiConsumer<String, Outcome> answered) {
    answered.accept(job.name(), job.outcome().join());
  }

  /** Seconds in which the device has worked. */
  double deviceSeconds() {
    EngineStatistics done = engine.statistics();
    return done.encodeSeconds() + done.prefixSeconds() + done.stepSeconds();
  }

  @Override
  public void close() {
    engine.close();
  }
}
