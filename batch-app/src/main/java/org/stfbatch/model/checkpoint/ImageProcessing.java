package org.stfbatch.model.checkpoint;

import java.util.List;

/**
 * How the vision tower wants its images, from its {@code preprocessor_config.json}.
 *
 * @param size the side of the square input in pixels
 * @param mean subtracted from each channel (red, green, blue) after division by 255
 * @param std what each channel is divided by after that
 * @param aspect {@code pad}: padded to a square first; {@code square}: cropped to a square
 */
public record ImageProcessing(int size, List<Double> mean, List<Double> std, String aspect) {

  public ImageProcessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }
}
