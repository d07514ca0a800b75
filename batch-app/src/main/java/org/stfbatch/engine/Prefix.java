package org.stfbatch.engine;

import java.nio.IntBuffer;
import org.stfbatch.image.Pixels;

/**
 * Shared prefix of questions about one image: the text before it and the image. Equal for equal
 * text and pixels.
 *
 * @param text token ids before the image
 * @param imageHash hash of the image's pixels
 * @param image the image; not part of equality
 */
record Prefix(IntBuffer text, String imageHash, Pixels image) {
  static Prefix of(IntBuffer text, Pixels image) {
    return new Prefix(text, image.contentHash(), image);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prefix prefix
        && prefix.imageHash.equals(imageHash)
        && prefix.text.equals(text);
  }

  @Override
  public int hashCode() {
    return imageHash.hashCode();
  }
}
