package org.stfbatch.job.infer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.AnswerChoices;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Stage;
import org.stfbatch.engine.Task;
import org.stfbatch.image.Availability;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.LoadStatistics;
import org.stfbatch.image.Pixels;
import org.stfbatch.image.PutOffException;
import org.stfbatch.image.RgbImage;
import org.stfbatch.job.ingest.CustomIds;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptErrorCode;
import org.stfbatch.prompt.PromptException;
import org.stfbatch.prompt.PromptLimit;

/** Prepares jobs for LLaVA: loads and resizes images, and tokenizes prompts. Thread safe. */
final class ImageJobPreparer implements JobPreparer {
  private static final double NANOS = 1e9;

  private final ImageLoader loader;
  private final Availability availability;
  private final Parallel parallel;
  private final int transientAttempts;
  private final ClipImageProcessor processor;
  private final ConversationTemplate template;
  private final LlamaTokenizer tokenizer;
  private final PromptLimit prompts;
  private final InferSettings.Defaults defaults;
  private final ImageMemo memo = new ImageMemo();
  private final LongAdder resizeNanos = new LongAdder();

  /**
   * @param availability tracks images that failed with transient errors
   * @param parallel the limits of concurrent downloads
   * @param transientAttempts the number of attempts after which a transient error of an image is
   *     final
   */
  ImageJobPreparer(
      ImageLoader loader,
      Availability availability,
      Parallel parallel,
      int transientAttempts,
      ClipImageProcessor processor,
      ConversationTemplate template,
      LlamaTokenizer tokenizer,
      PromptLimit prompts,
      InferSettings.Defaults defaults) {
    this.loader = loader;
    this.availability = availability;
    this.parallel = parallel;
    this.transientAttempts = transientAttempts;
    this.processor = processor;
    this.template = template;
    this.tokenizer = tokenizer;
    this.prompts = prompts;
    this.defaults = defaults;
  }

  @Override
  public EngineJob prepare(StoredJob job)
      throws PreparationException, PutOffException, InterruptedException {
    try {
      return fetch(job).get().prepare();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PutOffException later) {
        throw later;
      }
      throw new IllegalStateException("a job could not be fetched", e.getCause());
    }
  }

  @Override
  public CompletableFuture<Fetched> fetch(StoredJob job) {
    if (job.prompt().image().isEmpty()) {
      return CompletableFuture.completedFuture(
          () -> new EngineJob(promptIds(job), List.of(), task(job)));
    }
    ImageMemo.Image image = memo.image(job, this::download, arrived -> load(job, arrived));
    Fetched rest = () -> prepare(job, image);
    if (image.download().isDone() && !image.download().isCompletedExceptionally()) {
      return CompletableFuture.completedFuture(rest);
    }
    return image
        .download()
        .handle((arrived, error) -> fetched(image, rest, error))
        .thenCompose(f -> f);
  }

  /**
   * Maps the end of a download to the rest of the preparation. A permanent error is thrown when the
   * job is prepared.
   */
  private CompletableFuture<Fetched> fetched(ImageMemo.Image image, Fetched rest, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof PutOffException) {
      memo.forget(image);
      return CompletableFuture.failedFuture(cause);
    }
    if (cause instanceof CancellationException) {
      return CompletableFuture.failedFuture(cause);
    }
    return CompletableFuture.completedFuture(cause == null ? rest : () -> failing(cause));
  }

  private EngineJob failing(Throwable error) throws PreparationException {
    if (error instanceof ImageException image) {
      throw failure(image);
    }
    throw new IllegalStateException("an image could not be downloaded", error);
  }

  private EngineJob prepare(StoredJob job, ImageMemo.Image image)
      throws PreparationException, PutOffException, InterruptedException {
    try {
      int[] promptIds = promptIds(job);
      return new EngineJob(promptIds, List.of(image.pixels()), task(job));
    } catch (ImageException e) {
      throw failure(e);
    } finally {
      image.release();
    }
  }

  @Override
  public String host(StoredJob job) {
    return job.prompt().image().map(ImageSource::hostOf).orElse("");
  }

  @Override
  public boolean admits(StoredJob job) {
    if (availability.isUntroubled() || job.prompt().image().isEmpty()) {
      return true;
    }
    try {
      return availability.admits(source(job));
    } catch (ImageException e) {
      return true;
    }
  }

  @Override
  public Parallel parallel() {
    return parallel;
  }

  @Override
  public Availability.Outlook outlook() {
    return availability.outlook();
  }

  @Override
  public void neverGiveUp() {
    availability.neverGiveUp();
  }

  @Override
  public void cancel() {
    loader.cancelDownloads();
    memo.clear();
  }

  private int[] promptIds(StoredJob job) throws PreparationException {
    try {
      String message = ImagePrompt.message(job.prompt().text(), job.prompt().image().isPresent());
      String prompt = template.prompt(Arrays.asList(message, null));
      return tokenizer.encodeWithImages(prompts.checked(prompt, tokenizer));
    } catch (PromptException e) {
      throw new PreparationException(
          new Failure(Stage.PROMPT, e.code().name(), e.getMessage(), 1), e);
    }
  }

  private PreparationException failure(ImageException e) {
    int attempts = e.isTransient() ? transientAttempts : 1;
    return new PreparationException(
        new Failure(Stage.IMAGE, e.code().name(), e.getMessage(), attempts), e);
  }

  private static ImageSource source(StoredJob job) throws ImageException {
    String reference = job.prompt().image().orElseThrow();
    Path root = Path.of(job.imageRoot().orElse(""));
    return ImageSource.parse(reference, root, job.fromOutside());
  }

  /**
   * Starts the download; completes with empty if the image is not downloaded but read when the job
   * is prepared.
   */
  private CompletableFuture<Optional<ImageLoader.Arrived>> download(StoredJob job) {
    try {
      if (host(job).isEmpty() || !(source(job) instanceof ImageSource.Http http)) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      return loader
          .download(http)
          .handle((arrived, error) -> downloaded(http, arrived, error))
          .thenCompose(result -> result);
    } catch (ImageException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletableFuture<Optional<ImageLoader.Arrived>> downloaded(
      ImageSource.Http source, ImageLoader.Arrived arrived, Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause == null) {
      availability.answered(source);
      return CompletableFuture.completedFuture(Optional.of(arrived));
    }
    try {
      return CompletableFuture.failedFuture(
          cause instanceof ImageException image ? availability.judged(source, image) : cause);
    } catch (PutOffException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Pixels load(StoredJob job, Optional<ImageLoader.Arrived> arrived)
      throws ImageException, PutOffException, InterruptedException {
    if (arrived.isPresent()) {
      return loader.decode(arrived.get(), this::resized);
    }
    ImageSource source = source(job);
    try {
      Pixels pixels = loader.load(source, this::resized);
      availability.answered(source);
      return pixels;
    } catch (ImageException e) {
      throw availability.judged(source, e);
    }
  }

  private Pixels resized(RgbImage image) {
    long started = System.nanoTime();
    Pixels pixels = processor.process(image);
    resizeNanos.add(System.nanoTime() - started);
    return pixels;
  }

  @Override
  public LoadStatistics statistics() {
    return loader
        .statistics()
        .plusDecoding(resizeNanos.sum() / NANOS)
        .plusRetries(availability.putOffs());
  }

  private Task task(StoredJob job) throws PreparationException {
    Optional<ChoiceTexts> choices = job.settings().choices().or(defaults::choices);
    return choices.isPresent() ? choices(choices.get()) : generation(job);
  }

  private AnswerChoices choices(ChoiceTexts choices) throws PreparationException {
    try {
      PromptLimit whole = new PromptLimit(prompts.tokens(), false);
      choices.texts().forEach(text -> whole.checked(text, tokenizer));
      return AnswerChoices.of(choices.texts(), tokenizer);
    } catch (PromptException e) {
      throw new PreparationException(
          new Failure(Stage.PROMPT, e.code().name(), e.getMessage(), 1), e);
    } catch (IllegalArgumentException e) {
      throw new PreparationException(
          new Failure(Stage.PROMPT, PromptErrorCode.CHOICES_ALIKE.name(), e.getMessage(), 1), e);
    }
  }

  private Generation generation(StoredJob job) {
    JobSettings own = job.settings();
    return new Generation(
        own.maxNewTokens().orElse(defaults.maxNewTokens()),
        own.temperature().orElse(defaults.temperature()),
        own.topP().orElse(defaults.topP()),
        own.seed().orElseGet(() -> seed(job.customId())),
        withTemplateStop(own.stop().orElse(defaults.stop())));
  }

  /** Adds the stop text of a template whose answers do not end with the end token. */
  private List<String> withTemplateStop(List<String> stop) {
    if (template.stop().filter(text -> !stop.contains(text)).isEmpty()) {
      return stop;
    }
    List<String> all = new ArrayList<>(stop);
    all.add(template.stop().orElseThrow());
    return all;
  }

  /**
   * Derives the seed of a job that sets none. Seeds differ between jobs, but a job gets the same
   * seed in every run and wherever its files are.
   */
  private long seed(String customId) {
    CRC32C hash = new CRC32C();
    hash.update(CustomIds.withoutPlace(customId).getBytes(StandardCharsets.UTF_8));
    return defaults.seed() * 0x9E3779B97F4A7C15L + hash.getValue();
  }
}
