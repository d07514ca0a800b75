package org.stfbatch.engine;

import java.util.List;
import org.stfbatch.image.Pixels;

/**
 * A prepared job: images fetched and decoded, prompt tokenized.
 *
 * @param promptIds token ids of the whole prompt, -200 as the marker of an image
 * @param images the images in the order of their markers; ignored if the prompt has no markers
 * @param task how it is answered
 */
public record EngineJob(int[] promptIds, List<Pixels> images, Task task) {
  public EngineJob {
    images = List.copyOf(images);
  }
}
