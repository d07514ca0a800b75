package org.stfbatch.job.infer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.LoadStatistics;
import org.stfbatch.image.Pixels;
import org.stfbatch.image.RgbImage;
import org.stfbatch.job.ingest.CustomIds;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptErrorCode;
import org.stfbatch.prompt.PromptException;

/** Prepares jobs for LLaVA. Thread safe. */
final class ImageJobPreparer implements JobPreparer {
  private static final double NANOS = 1e9;

  private final ImageLoader loader;
  private final int transientAttempts;
  private final ClipImageProcessor processor;
  private final ConversationTemplate template;
  private final LlamaTokenizer tokenizer;
  private final InferSettings.Defaults defaults;
  private final ImageMemo memo = new ImageMemo();
  private final LongAdder resizeNanos = new LongAdder();

  /**
   * @param transientAttempts how often the loader tries what may pass
   */
  ImageJobPreparer(
      ImageLoader loader,
      int transientAttempts,
      ClipImageProcessor processor,
      ConversationTemplate template,
      LlamaTokenizer tokenizer,
      InferSettings.Defaults defaults) {
    this.loader = loader;
    this.transientAttempts = transientAttempts;
    this.processor = processor;
    this.template = template;
    this.tokenizer = tokenizer;
    this.defaults = defaults;
  }

  @Override
  public EngineJob prepare(StoredJob job) throws PreparationException, InterruptedException {
    int[] promptIds = promptIds(job);
    List<Pixels> images = job.prompt().image().isPresent() ? List.of(image(job)) : List.of();
    return new EngineJob(promptIds, images, task(job));
  }

  private int[] promptIds(StoredJob job) throws PreparationException {
    try {
      String message = ImagePrompt.message(job.prompt().text(), job.prompt().image().isPresent());
      return tokenizer.encodeWithImages(template.prompt(Arrays.asList(message, null)));
    } catch (PromptException e) {
      throw new PreparationException(
          new Failure(Stage.PROMPT, e.code().name(), e.getMessage(), 1), e);
    }
  }

  private Pixels image(StoredJob job) throws PreparationException, InterruptedException {
    try {
      return memo.get(job, this::load);
    } catch (ImageException e) {
      int attempts = e.isTransient() ? transientAttempts : 1;
      throw new PreparationException(
          new Failure(Stage.IMAGE, e.code().name(), e.getMessage(), attempts), e);
    }
  }

  private Pixels load(StoredJob job) throws ImageException, InterruptedException {
    String reference = job.prompt().image().orElseThrow();
    Path root = Path.of(job.imageRoot().orElse(""));
    return resized(loader.load(ImageSource.parse(reference, root)));
  }

  private Pixels resized(RgbImage image) {
    long started = System.nanoTime();
    Pixels pixels = processor.process(image);
    resizeNanos.add(System.nanoTime() - started);
    return pixels;
  }

  @Override
  public LoadStatistics statistics() {
    return loader.statistics().plusDecoding(resizeNanos.sum() / NANOS);
  }

  private Task task(StoredJob job) throws PreparationException {
    Optional<ChoiceTexts> choices = job.settings().choices().or(defaults::choices);
    return choices.isPresent() ? choices(choices.get()) : generation(job);
  }

  private AnswerChoices choices(ChoiceTexts choices) throws PreparationException {
    try {
      return AnswerChoices.of(choices.texts(), tokenizer);
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
        own.stop().orElse(defaults.stop()));
  }

  /**
   * Jobs without a seed of their own differ from each other, yet a job gets the same in every run
   * and wherever its files are.
   */
  private long seed(String customId) {
    CRC32C hash = new CRC32C();
    hash.update(CustomIds.withoutPlace(customId).getBytes(StandardCharsets.UTF_8));
    return defaults.seed() * 0x9E3779B97F4A7C15L + hash.getValue();
  }
}
