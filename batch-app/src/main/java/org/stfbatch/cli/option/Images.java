package org.stfbatch.cli.option;

import java.util.List;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.model.checkpoint.ImageProcessing;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * Converts a checkpoint's image settings for the image package, which does not depend on the model.
 */
public final class Images {
  private Images() {}

  /** Returns the preprocessing of a checkpoint's pictures. */
  public static ClipImageConfig config(LlavaConfig config) {
    ImageProcessing images = config.image();
    Aspect aspect = images.aspect().equals("pad") ? Aspect.PAD : Aspect.SQUARE;
    return new ClipImageConfig(images.size(), array(images.mean()), array(images.std()), aspect);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
