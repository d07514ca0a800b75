package org.stfbatch.job.infer;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.image.Availability;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptLimit;

/**
 * Preparation of jobs for LLaVA.
 *
 * @param limits the limits of one image
 * @param fetching how images are fetched, and from where
 * @param images the model's image preprocessing
 * @param tokenizer the model's tokenizer
 * @param prompts the limit of a prompt's length
 * @param notices receives one-line messages for the user
 */
public record Preparation(
    ImageLimits limits,
    FetchSettings fetching,
    ClipImageConfig images,
    LlamaTokenizer tokenizer,
    PromptLimit prompts,
    Consumer<String> notices)
    implements JobPreparation {
  private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
  private static final int CHANNELS = 3;

  /** The queue for downloads holds as many images again as are being downloaded. */
  private static final int AHEAD = 2;

  /** Creates a preparation with {@link FetchSettings#defaults}, whose messages go to the log. */
  public Preparation(
      ImageLimits limits, ClipImageConfig images, LlamaTokenizer tokenizer, PromptLimit prompts) {
    this(limits, FetchSettings.defaults(), images, tokenizer, prompts, LOG::warn);
  }

  @Override
  public JobPreparer preparer(InferSettings settings) {
    return preparer(settings, AnswerReuse.none());
  }

  @Override
  public JobPreparer preparer(InferSettings settings, AnswerReuse reuse) {
    int attempts = 1 + limits.retries();
    ImageRetrieval retrieval =
        new ImageRetrieval(
            new ImageLoader(limits, fetching),
            new Availability(attempts, fetching.patience(), notices),
            new JobPreparer.Parallel(
                AHEAD * fetching.downloads(), AHEAD * fetching.downloadsPerHost()),
            attempts);
    PromptPreparer promptPreparer =
        new PromptPreparer(
            ConversationTemplate.named(settings.conversation()),
            tokenizer,
            prompts,
            settings.defaults());
    return new ImageJobPreparer(retrieval, new ClipImageProcessor(images), promptPreparer, reuse);
  }

  @Override
  public long imageBytes() {
    return (long) images.parts() * CHANNELS * images.size() * images.size();
  }

  @Override
  public boolean truncatesPrompts() {
    return prompts.truncate();
  }
}
