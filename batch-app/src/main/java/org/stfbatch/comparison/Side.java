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

/** A running engine with one of the two compared settings. */
final class Side implements AutoCloseable {
  /**
   * Number of batches queued in the engine, so that it does not run dry while jobs are prepared.
   */
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

  /** Returns the outcome of each job, by its name. */
  Map<String, Outcome> outcomes(JobSource jobs) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    run(jobs, outcomes::put);
    return outcomes;
  }

  /**
   * Scores given answers with this setting.
   *
   * @param answers generated answers by the names of their jobs; other jobs are skipped
   * @return natural logarithm of the probability of all of an answer's tokens, by job name
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
    run(
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

  private record Submitted(String name, CompletableFuture<Outcome> outcome) {}

  private void run(JobSource jobs, BiConsumer<String, Outcome> answered) {
    Queue<Submitted> submitted = new ArrayDeque<>();
    jobs.forEach(
        job -> {
          submitted.add(new Submitted(job.customId(), engine.submit(job.job())));
          if (submitted.size() >= window) {
            await(submitted.remove(), answered);
          }
        });
    submitted.forEach(job -> await(job, answered));
  }

  private static void await(Submitted job, BiConsumer<String, Outcome> answered) {
    answered.accept(job.name(), job.outcome().join());
  }

  /** Returns the device time so far, in seconds. */
  double deviceSeconds() {
    EngineStatistics done = engine.statistics();
    return done.encodeSeconds() + done.prefixSeconds() + done.stepSeconds();
  }

  @Override
  public void close() {
    engine.close();
  }
}
