package org.stfbatch.model.checkpoint;

import java.util.List;

/**
 * Image preprocessing of the vision tower, from its {@code preprocessor_config.json}.
 *
 * @param size the side of the square input in pixels
 * @param mean subtracted from each channel (red, green, blue) after division by 255
 * @param std divisor of each channel after that
 * @param aspect {@code pad}: pads to a square first; {@code square}: crops to a square
 */
public record ImageProcessing(int size, List<Double> mean, List<Double> std, String aspect) {

  public ImageProcessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }
}
