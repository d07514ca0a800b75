package org.stfbatch.image;

/**
 * How a picture that is not square becomes square: {@code image_aspect_ratio} of the checkpoint.
 */
public enum Aspect {
  /** Pads with bars in the mean colour. */
  PAD,
  /** Center crop. */
  SQUARE
}
