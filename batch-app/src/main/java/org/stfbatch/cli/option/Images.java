package org.stfbatch.cli.option;

import java.util.List;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.model.checkpoint.ImageProcessing;
import org.stfbatch.model.checkpoint.LlavaConfig;
import org.stfbatch.model.checkpoint.LlavaMini;

/**
 * Converts a checkpoint's image settings for the image package, which does not depend on the model.
 */
public final class Images {
  private Images() {}

  /** Returns the preprocessing of a checkpoint's pictures. */
  public static ClipImageConfig config(LlavaConfig config) {
    ImageProcessing images = config.image();
    Aspect aspect = images.aspect().equals("pad") ? Aspect.PAD : Aspect.SQUARE;
    int split = config.fusion().mini().map(LlavaMini::resolutionRatio).orElse(1);
    return new ClipImageConfig(
        images.size(), array(images.mean()), array(images.std()), aspect, split);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
