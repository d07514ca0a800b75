package org.stfbatch.engine;

import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptErrorCode;

/**
 * The engine that runs the model: callers queue jobs, one thread owns the device and generates in
 * batches that sequences enter and leave at every step.
 */
public final class BatchingEngine implements Engine {
  private static final long POLL_MILLIS = 50;

  private final LlavaConfig config;
  private final String fingerprint;
  private final EngineSettings settings;
  private final BlockingDeque<Sequence> waiting = new LinkedBlockingDeque<>();
  private final EngineMeter meter = new EngineMeter();
  private final CompletableFuture<Void> loaded = new CompletableFuture<>();
  private final Thread deviceThread;
  private volatile boolean closed;
  private volatile EngineException broken;

  private BatchingEngine(
      LlavaConfig config,
      String fingerprint,
      Supplier<? extends VisionLanguageModel> loader,
      AnswerText text,
      EngineSettings settings) {
    this.config = config;
    this.fingerprint = fingerprint;
    this.settings = settings;
    this.deviceThread = new Thread(() -> run(loader, text), "device");
    deviceThread.setDaemon(true);
  }

  /**
   * Loads the model on a thread of its own and returns when it is ready.
   *
   * @param tokenizer stays the caller's to close, after the engine
   */
  public static BatchingEngine start(
      LlavaCheckpoint checkpoint,
      ModelSettings model,
      LlamaTokenizer tokenizer,
      EngineSettings settings) {
    return start(checkpoint, () -> LlavaModel.load(checkpoint, model), tokenizer, settings);
  }

  /**
   * As the other, with another way to load the model.
   *
   * @param loader called once, on the device thread
   */
  static BatchingEngine start(
      LlavaCheckpoint checkpoint,
      Supplier<? extends VisionLanguageModel> loader,
      LlamaTokenizer tokenizer,
      EngineSettings settings) {
    return new BatchingEngine(
            checkpoint.config(),
            checkpoint.fingerprint(),
            loader,
            new TokenizedText(tokenizer),
            settings)
        .started();
  }

  /**
   * An engine of this shape with random weights, for measurements. Its answers are token ids, and
   * have always as many as they are allowed.
   */
  public static BatchingEngine random(
      LlavaConfig config, ModelSettings model, EngineSettings settings) {
    return new BatchingEngine(
            config, "random", () -> LlavaModel.random(config, model), new TokenIdText(), settings)
        .started();
  }

  private BatchingEngine started() {
    deviceThread.start();
    try {
      loaded.get();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new EngineException("interrupted while the model was being loaded", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new EngineException(
          "the model could not be loaded: " + e.getCause().getMessage(), e.getCause());
    }
    return this;
  }

  @Override
  public String modelFingerprint() {
    return fingerprint;
  }

  @Override
  public EngineStatistics statistics() {
    return meter.statistics();
  }

  @Override
  public CompletableFuture<Outcome> submit(EngineJob job) {
    PromptLayout layout = PromptLayout.of(job.promptIds(), config.visionTokens());
    checkImages(job, layout);
    checkVocabulary(layout);
    int limit = longestPrompt(job.task());
    if (layout.length() > limit) {
      if (!settings.truncate() || limit < 1) {
        return CompletableFuture.completedFuture(tooLong(layout, limit));
      }
      layout = layout.cut(limit);
    }
    Sequence sequence = sequence(job, layout);
    waiting.add(sequence);
    Optional.ofNullable(unavailable()).ifPresent(cause -> abandon(sequence, cause));
    return sequence.future();
  }

  /** An answer may be cut short, but a choice must fit as it is. */
  private int longestPrompt(Task task) {
    int answer = task instanceof AnswerChoices choices ? choices.maxNewTokens() : 1;
    return Math.min(
        config.tokenizerModelMaxLength(), config.language().maxPositionEmbeddings() - answer);
  }

  private Sequence sequence(EngineJob job, PromptLayout layout) {
    int perImage = config.visionTokens();
    boolean reuse = settings.prefixReuse();
    if (job.task() instanceof AnswerChoices choices) {
      return new ScoredSequence(choices, job.images(), layout, perImage, reuse);
    }
    Generation generation = (Generation) job.task();
    int room = config.language().maxPositionEmbeddings() - layout.length();
    int maxNewTokens = Math.min(room, generation.maxNewTokens());
    return new GeneratedSequence(generation, job.images(), layout, perImage, maxNewTokens, reuse);
  }

  private void checkImages(EngineJob job, PromptLayout layout) {
    int markers = layout.visionTokens() / config.visionTokens();
    if (markers > 0 && markers != job.images().size()) {
      throw new IllegalArgumentException(
          "the prompt has "
              + markers
              + " image marker(s) for "
              + job.images().size()
              + " image(s)");
    }
  }

  private void checkVocabulary(PromptLayout layout) {
    int vocabulary = config.language().vocabSize();
    for (int id : layout.tokenIds()) {
      if (id < 0 || id >= vocabulary) {
        // Not this job's fault: every other one would fail as well.
        throw new EngineException(
            "token %d is not among the model's %d: the tokenizer is another model's"
                .formatted(id, vocabulary),
            null);
      }
    }
  }

  private static Failure tooLong(PromptLayout layout, int limit) {
    String message =
        "the prompt has %d tokens, %d of them vision tokens, and the model takes %d: shorten it, or cut it with --truncate"
            .formatted(layout.length(), layout.visionTokens(), Math.max(0, limit));
    return new Failure(Stage.PROMPT, PromptErrorCode.PROMPT_TOO_LONG.name(), message, 1);
  }

  private EngineException unavailable() {
    return closed ? new EngineException("the engine is closed", null) : broken;
  }

  private void run(Supplier<? extends VisionLanguageModel> loader, AnswerText text) {
    try (VisionLanguageModel model = loader.get()) {
      long cacheBytes = settings.cacheBytes().orElseGet(() -> model.freeBytes() / 2);
      CachePlan plan =
          new CachePlan(
              cacheBytes, model.bytesPerPosition(), settings.batch(), settings.prefixReuse());
      DeviceLoop loop = new DeviceLoop(model, text, waiting, meter, plan);
      loaded.complete(null);
      generate(loop);
    } catch (RuntimeException | Error e) {
      loaded.completeExceptionally(e);
    }
  }

  private void generate(DeviceLoop loop) {
    try {
      while (!closed) {
        if (loop.isIdle()) {
          awaitWork();
        }
        loop.turn();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EngineException e) {
      broken = e;
    } catch (RuntimeException | Error e) {
      broken = new EngineException("the device thread ended: " + e, e);
    } finally {
      EngineException cause =
          Optional.ofNullable(unavailable())
              .orElseGet(() -> new EngineException("the engine was interrupted", null));
      broken = cause;
      loop.drain().forEach(sequence -> abandon(sequence, cause));
    }
  }

  private void awaitWork() throws InterruptedException {
    Sequence next = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (next != null) {
      waiting.addFirst(next);
    }
  }

  private static void abandon(Sequence sequence, EngineException cause) {
    sequence.future().completeExceptionally(cause);
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (deviceThread.isAlive()) {
      try {
        deviceThread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
