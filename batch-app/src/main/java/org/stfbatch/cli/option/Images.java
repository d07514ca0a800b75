package org.stfbatch.cli.option;

import java.util.List;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.model.checkpoint.ImageProcessing;
import org.stfbatch.model.checkpoint.LlavaConfig;

/** Carries a checkpoint's wishes for its pictures over to the image room, which knows no models. */
public final class Images {
  private Images() {}

  /** How its pictures are made ready. */
  public static ClipImageConfig config(LlavaConfig config) {
    ImageProcessing images = config.image();
    Aspect aspect = images.aspect().equals("pad") ? Aspect.PAD : Aspect.SQUARE;
    return new ClipImageConfig(images.size(), array(images.mean()), array(images.std()), aspect);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
