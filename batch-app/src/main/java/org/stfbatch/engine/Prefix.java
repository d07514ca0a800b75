package org.stfbatch.engine;

import java.nio.IntBuffer;
import org.stfbatch.image.Pixels;

/**
 * What questions about one image begin with: some text and the image. Equal for equal text and
 * pixels.
 *
 * @param text ids before the image
 * @param imageHash of the image's pixels
 * @param image the image; it has no part in equality
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
