package org.stfbatch.engine;

import java.util.List;
import org.stfbatch.image.Pixels;

/**
 * A job with everything fetched, decoded and tokenised.
 *
 * @param promptIds token ids of the whole prompt, -200 where an image's vision tokens will stand
 * @param images the images in the order of their markers; a prompt without markers ignores them
 * @param task how it is to be answered
 */
public record EngineJob(int[] promptIds, List<Pixels> images, Task task) {
  public EngineJob {
    images = List.copyOf(images);
  }
}
