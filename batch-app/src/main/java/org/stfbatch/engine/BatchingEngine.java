package org.stfbatch.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.base.Threads;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptErrorCode;
import org.stfbatch.prompt.PromptLimit;

/**
 * Engine with continuous batching: callers queue jobs from any thread, and one device thread owns
 * the model. Sequences enter and leave the batch at every step.
 */
public final class BatchingEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(BatchingEngine.class);
  private static final long POLL_MILLIS = 50;

  /** Much shorter than a step, and longer than the next job's submission takes. */
  private static final long GATHER_MILLIS = 2;

  /** A device call that takes longer is considered hung. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(1);

  private final LlavaConfig config;
  private final ModelIdentity model;
  private final CompressionStrategy compression;
  private final Optional<ImagePruning> pruning;
  private final EngineSettings settings;
  private final BlockingDeque<Sequence> waiting = new LinkedBlockingDeque<>();
  private final Set<CompletableFuture<Outcome>> unfinished = ConcurrentHashMap.newKeySet();
  private final EngineMeter meter = new EngineMeter();

  private final CompletableFuture<Loaded> loaded = new CompletableFuture<>();

  private final Thread deviceThread;
  private volatile boolean closed;
  private volatile EngineException broken;

  /**
   * Properties of the loaded model.
   *
   * @param tokensPerImage vision tokens of every image; empty if the number varies
   * @param prefixes how sequences use shared prefixes
   */
  private record Loaded(OptionalInt tokensPerImage, PrefixUse prefixes) {}

  private BatchingEngine(
      LlavaConfig config,
      String fingerprint,
      ModelSettings model,
      Supplier<? extends VisionLanguageModel> loader,
      AnswerText text,
      EngineSettings settings) {
    this.config = config;
    this.model =
        new ModelIdentity(fingerprint, model.compression().spec(), model.weights().stored());
    this.compression = model.compression();
    this.pruning = ImagePruning.of(model.compression(), config);
    this.settings = settings;
    this.deviceThread = Threads.daemon("device", () -> run(loader, text));
  }

  /**
   * Loads the model on a new device thread and returns when it is ready.
   *
   * @param tokenizer the caller closes it, after the engine
   */
  public static BatchingEngine start(
      LlavaCheckpoint checkpoint,
      ModelSettings model,
      LlamaTokenizer tokenizer,
      EngineSettings settings) {
    Supplier<LlavaModel> loader = () -> LlavaModel.load(checkpoint, model);
    return start(checkpoint, model, loader, tokenizer, settings);
  }

  /**
   * Starts an engine whose model is loaded by {@code loader}.
   *
   * @param loader called once, on the device thread
   */
  static BatchingEngine start(
      LlavaCheckpoint checkpoint,
      ModelSettings model,
      Supplier<? extends VisionLanguageModel> loader,
      LlamaTokenizer tokenizer,
      EngineSettings settings) {
    return new BatchingEngine(
            checkpoint.config(),
            checkpoint.fingerprint(),
            model,
            loader,
            new TokenizedText(tokenizer, checkpoint.config().language().eosTokenIds()),
            settings)
        .started();
  }

  /**
   * Starts an engine of this shape with random weights, for measurements. Its answers are token ids
   * and always have the maximum length.
   */
  public static BatchingEngine random(
      LlavaConfig config, ModelSettings model, EngineSettings settings) {
    return new BatchingEngine(
            config,
            "random",
            model,
            () -> LlavaModel.random(config, model),
            new TokenIdText(),
            settings)
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
  public ModelIdentity model() {
    return model;
  }

  @Override
  public EngineStatistics statistics() {
    return meter.statistics();
  }

  @Override
  public CompletableFuture<Outcome> submit(EngineJob job) {
    PromptLayout.requireMarkers(job.promptIds(), job.images().size());
    checkVocabulary(job.promptIds());
    Sequence sequence = sequence(job);
    Optional<Failure> several = severalImages(sequence.images().size());
    if (several.isPresent()) {
      return CompletableFuture.completedFuture(several.get());
    }
    OptionalInt perImage = loaded.join().tokensPerImage();
    if (perImage.isPresent() || sequence.images().isEmpty()) {
      int[] imageTokens = new int[job.images().size()];
      Arrays.fill(imageTokens, perImage.orElse(0));
      sequence.layOut(imageTokens);
      Optional<Failure> refusal = sequence.refusal();
      if (refusal.isPresent()) {
        return CompletableFuture.completedFuture(refusal.get());
      }
    }
    unfinished.add(sequence.future());
    sequence.future().whenComplete((outcome, failure) -> unfinished.remove(sequence.future()));
    waiting.add(sequence);
    Optional.ofNullable(unavailable()).ifPresent(sequence.future()::completeExceptionally);
    return sequence.future();
  }

  private Sequence sequence(EngineJob job) {
    int context = config.language().maxPositionEmbeddings();
    PrefixUse use = loaded.join().prefixes();
    if (job.task() instanceof AnswerChoices choices) {
      PromptLimit limit = promptLimit(context, choices.maxNewTokens());
      return new ScoredSequence(job, choices, limit, use, pruning);
    }
    Generation generation = (Generation) job.task();
    PromptLimit limit = promptLimit(context, 1);
    return new GeneratedSequence(job, generation, limit, context, use, pruning);
  }

  /**
   * A generated answer may be truncated, but a choice must fit completely.
   *
   * @param answer number of tokens that must fit after the prompt
   */
  private PromptLimit promptLimit(int context, int answer) {
    int longest = Math.min(config.tokenizerModelMaxLength(), context - answer);
    return new PromptLimit(longest, settings.truncate());
  }

  /** Returns the failure of a prompt with more images than the model or the strategy takes. */
  private Optional<Failure> severalImages(int images) {
    String rule;
    if (images > 1 && config.fusion().mini().isPresent()) {
      rule = "LLaVA-Mini takes one image a question, and this job has %d: ask about each by itself";
    } else if (images > 1 && compression.takesOneImage()) {
      rule =
          compression.name()
              + " reduces one image of a prompt, and this job has %d: ask about each by itself, or with another --compress";
    } else {
      return Optional.empty();
    }
    return Optional.of(
        new Failure(
            Stage.PROMPT, PromptErrorCode.PROMPT_IMAGE_MARKERS.name(), rule.formatted(images), 1));
  }

  private void checkVocabulary(int[] promptIds) {
    int vocabulary = config.language().vocabSize();
    for (int id : promptIds) {
      if (!PromptLayout.isMarker(id) && (id < 0 || id >= vocabulary)) {
        // Not an error of this job: every other job would fail as well.
        throw new EngineException(
            "token %d is not among the model's %d: the tokenizer is another model's"
                .formatted(id, vocabulary),
            null);
      }
    }
  }

  private EngineException unavailable() {
    return closed ? new EngineException("the engine is closed", null) : broken;
  }

  private void run(Supplier<? extends VisionLanguageModel> loader, AnswerText text) {
    try (VisionLanguageModel model = loader.get()) {
      long cacheBytes = settings.cacheBytes().orElseGet(() -> model.freeBytes() / 2);
      PrefixUse use = prefixUse(model);
      CachePlan plan = new CachePlan(cacheBytes, model.cacheCost(), settings.batch(), use);
      DeviceLoop loop = new DeviceLoop(model, text, waiting, meter, plan, settings.prefixReuse());
      loaded.complete(new Loaded(model.tokensPerImage(), use));
      generate(loop);
    } catch (RuntimeException | Error e) {
      if (!loaded.completeExceptionally(e)) {
        LOG.warn("the device could not be freed", e);
      }
    }
  }

  private PrefixUse prefixUse(VisionLanguageModel model) {
    if (config.fusion().mini().isPresent()) {
      return PrefixUse.FUSED;
    }
    if (!settings.prefixReuse()) {
      return PrefixUse.NONE;
    }
    return model.readsPrefixesInPlace() ? PrefixUse.READ : PrefixUse.COPIED;
  }

  private void generate(DeviceLoop loop) {
    try {
      while (!closed) {
        if (loop.isIdle()) {
          awaitWork();
        }
        meter.progressed();
        loop.turn();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EngineException e) {
      broken = e;
    } catch (RuntimeException | Error e) {
      LOG.error("the device thread ended", e);
      broken = new EngineException("the device thread ended: " + e, e);
    } finally {
      EngineException cause =
          Optional.ofNullable(unavailable())
              .orElseGet(() -> new EngineException("the engine was interrupted", null));
      broken = cause;
      abandon(cause);
    }
  }

  private void awaitWork() throws InterruptedException {
    Sequence next = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (next != null) {
      waiting.addFirst(next);
      gather();
    }
  }

  /**
   * Waits briefly, so that jobs that are submitted one by one are encoded and prefilled together.
   */
  private void gather() throws InterruptedException {
    int before = 0;
    for (int now = waiting.size(); now > before && now < settings.batch(); now = waiting.size()) {
      before = now;
      TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
    }
  }

  /** Fails all queued jobs. Later submissions fail because the engine is closed or broken. */
  private void abandon(EngineException cause) {
    unfinished.forEach(future -> future.completeExceptionally(cause));
  }

  @Override
  public List<StalledDevice> stalled(Duration limit) {
    Duration since = meter.sinceProgress();
    if (!deviceThread.isAlive() || since.compareTo(limit) < 0) {
      return List.of();
    }
    return List.of(
        new StalledDevice(deviceThread.getName(), since, List.of(deviceThread.getStackTrace())));
  }

  @Override
  public void close() {
    close(CLOSE_TIMEOUT);
  }

  /**
   * Waits for the device thread to end, unless it stalls.
   *
   * @param timeout a device call that takes longer is abandoned; its jobs fail
   */
  void close(Duration timeout) {
    closed = true;
    boolean interrupted = false;
    while (deviceThread.isAlive() && stalled(timeout).isEmpty()) {
      try {
        deviceThread.join(POLL_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    for (StalledDevice device : stalled(timeout)) {
      LOG.error("{}: the thread is abandoned", device.summary());
      abandon(new EngineException("the engine is closed: " + device.summary(), null));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
