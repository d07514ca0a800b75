package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

/**
 * A decoded picture.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb one byte a channel, interleaved R, G, B, row by row from the top; not copied, so it
 *     must not be changed
 */
public record RgbImage(int width, int height, byte[] rgb) {
  public RgbImage {
    requireNonNull(rgb, "rgb is null");
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("no pixels: " + width + "x" + height);
    }
    if (rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          rgb.length + " bytes do not hold " + width + "x" + height + " RGB pixels");
    }
  }

  /** Returns a copy of the rectangle with this upper left corner and size. */
  RgbImage cropped(int left, int top, int cropWidth, int cropHeight) {
    byte[] crop = new byte[3 * cropWidth * cropHeight];
    for (int y = 0; y < cropHeight; y++) {
      int from = 3 * ((top + y) * width + left);
      System.arraycopy(rgb, from, crop, 3 * y * cropWidth, 3 * cropWidth);
    }
    return new RgbImage(cropWidth, cropHeight, crop);
  }
}
