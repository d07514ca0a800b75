package org.stfbatch.job.infer;

import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.LlamaTokenizer;

/**
 * What jobs are prepared with for LLaVA.
 *
 * @param limits what one image may cost
 * @param images how the model wants its pictures
 * @param tokenizer the model's
 */
public record Preparation(ImageLimits limits, ClipImageConfig images, LlamaTokenizer tokenizer)
    implements JobPreparation {
  private static final int CHANNELS = 3;

  @Override
  public JobPreparer preparer(InferSettings settings) {
    return new ImageJobPreparer(
        new ImageLoader(limits),
        1 + limits.retries(),
        new ClipImageProcessor(images),
        ConversationTemplate.named(settings.conversation()),
        tokenizer,
        settings.defaults());
  }

  @Override
  public long imageBytes() {
    return (long) CHANNELS * images.size() * images.size();
  }
}
