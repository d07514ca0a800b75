package org.stfbatch.job.infer;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineException;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.EngineStatistics;
import org.stfbatch.engine.FinishReason;
import org.stfbatch.engine.Outcome;
import org.stfbatch.engine.Timings;

/** Engine whose outcomes are scripted and that records its jobs. Thread safe. */
final class ScriptedEngine implements Engine {
  private final Function<EngineJob, CompletableFuture<Outcome>> script;
  private final ModelIdentity model;
  private final BlockingQueue<EngineJob> asked = new LinkedBlockingQueue<>();

  private ScriptedEngine(
      Function<EngineJob, CompletableFuture<Outcome>> script, ModelIdentity model) {
    this.script = script;
    this.model = model;
  }

  static ScriptedEngine of(Function<EngineJob, CompletableFuture<Outcome>> script) {
    return new ScriptedEngine(script, ModelIdentity.plain("fingerprint"));
  }

  /** Like {@link #healthy()}, with another model. */
  static ScriptedEngine healthy(ModelIdentity model) {
    return new ScriptedEngine(job -> CompletableFuture.completedFuture(answer(job)), model);
  }

  /** Answers each job at once with a text that depends only on its prompt. */
  static ScriptedEngine healthy() {
    return of(job -> CompletableFuture.completedFuture(answer(job)));
  }

  /** Fails permanently at the first job whose prompt has at least this length. */
  static ScriptedEngine breakingAt(int promptLength) {
    return of(
        job ->
            job.promptIds().length >= promptLength
                ? CompletableFuture.failedFuture(broken())
                : CompletableFuture.completedFuture(answer(job)));
  }

  static EngineException broken() {
    return new EngineException("the device fell off", null);
  }

  static Answer answer(EngineJob job) {
    return new Answer(
        "answer " + job.promptIds().length,
        List.of(1),
        FinishReason.END_TOKEN,
        job.promptIds().length,
        0,
        new Timings(0, 0, 0));
  }

  /** Returns the number of submitted jobs that were not taken with {@link #nextAsked}. */
  int asked() {
    return asked.size();
  }

  /** Waits for the next submitted job; empty if none comes within the time. */
  Optional<EngineJob> nextAsked(long millis) throws InterruptedException {
    return Optional.ofNullable(asked.poll(millis, java.util.concurrent.TimeUnit.MILLISECONDS));
  }

  @Override
  public CompletableFuture<Outcome> submit(EngineJob job) {
    asked.add(job);
    return script.apply(job);
  }

  @Override
  public EngineStatistics statistics() {
    return EngineStatistics.NONE;
  }

  @Override
  public ModelIdentity model() {
    return model;
  }

  @Override
  public void close() {}
}
