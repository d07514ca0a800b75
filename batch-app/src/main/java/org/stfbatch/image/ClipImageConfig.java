package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

/**
 * Preprocessing settings of a CLIP vision tower.
 *
 * @param size side of the square in pixels: the shortest edge after resizing and the crop
 * @param mean per channel, in units of full brightness, as {@code image_mean}
 * @param std per channel, as {@code image_std}
 * @param aspect how pictures that are not square become square
 * @param split N: more than 1 if a picture is seen as N x N parts and as a whole, which are not
 *     padded, whatever the aspect
 */
public record ClipImageConfig(int size, double[] mean, double[] std, Aspect aspect, int split) {

  /** {@code rescale_factor} of the original processor, 1/255. */
  private static final double RESCALE_FACTOR = 0.00392156862745098;

  private static final int CHANNELS = 3;

  /** Creates settings for pictures that are seen as a whole. */
  public ClipImageConfig(int size, double[] mean, double[] std, Aspect aspect) {
    this(size, mean, std, aspect, 1);
  }

  public ClipImageConfig {
    if (split < 1) {
      throw new IllegalArgumentException("split must be positive: " + split);
    }
    requireNonNull(aspect, "aspect is null");
    if (size < 1 || size > 16_384) {
      throw new IllegalArgumentException("size must be in 1..16384: " + size);
    }
    mean = copyOfChannels("mean", mean);
    std = copyOfChannels("std", std);
    for (double value : std) {
      if (!(value > 0)) {
        throw new IllegalArgumentException("std must be positive: " + value);
      }
    }
    for (double value : mean) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("mean must be in 0..1: " + value);
      }
    }
  }

  /** Returns the number of pictures of the tower's size that a picture becomes. */
  public int parts() {
    return split == 1 ? 1 : split * split + 1;
  }

  /** Returns the settings of OpenAI's CLIP towers, which LLaVA uses. */
  public static ClipImageConfig openAi(int size, Aspect aspect) {
    return new ClipImageConfig(
        size,
        new double[] {0.48145466, 0.4578275, 0.40821073},
        new double[] {0.26862954, 0.26130258, 0.27577711},
        aspect);
  }

  private static double[] copyOfChannels(String name, double[] values) {
    requireNonNull(values, name + " is null");
    if (values.length != CHANNELS) {
      throw new IllegalArgumentException(name + " must have 3 values, not " + values.length);
    }
    return values.clone();
  }

  @Override
  public double[] mean() {
    return mean.clone();
  }

  @Override
  public double[] std() {
    return std.clone();
  }

  /**
   * Returns the colour of the bars of {@link Aspect#PAD}: the mean, truncated to whole byte values.
   */
  int[] background() {
    int[] colour = new int[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      colour[c] = (int) (mean[c] * 255);
    }
    return colour;
  }

  /**
   * Returns the tower's float input, {@code (byte / 255 - mean) / std}, planar [3, S, S]. Rescaling
   * is computed in double and rounded to float, the rest in float, which is bit-identical with the
   * original.
   */
  public float[] normalised(Pixels pixels) {
    byte[] chw = pixels.chw();
    float[] values = new float[chw.length];
    int plane = chw.length / CHANNELS;
    for (int c = 0; c < CHANNELS; c++) {
      float[] table = normalisedLevels(c);
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        values[i] = table[chw[i] & 0xff];
      }
    }
    return values;
  }

  private float[] normalisedLevels(int channel) {
    float[] table = new float[256];
    for (int level = 0; level < table.length; level++) {
      float rescaled = (float) (level * RESCALE_FACTOR);
      table[level] = (rescaled - (float) mean[channel]) / (float) std[channel];
    }
    return table;
  }
}
