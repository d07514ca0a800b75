package org.stfbatch.image;

/** How a picture that is not square becomes one: {@code image_aspect_ratio} of the checkpoint. */
public enum Aspect {
  /** Bars in the mean colour are added, nothing is lost. */
  PAD,
  /** The middle is cut out. */
  SQUARE
}
