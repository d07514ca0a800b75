package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.stfbatch.base.Digests;

/**
 * A preprocessed picture, before rescaling and normalising; or the parts of one, if it is seen in
 * parts.
 *
 * @param size side of the square in pixels
 * @param chw planar RGB, [3, size, size], or [parts, 3, size, size]; not copied, so it must not be
 *     changed
 */
public record Pixels(int size, byte[] chw) {
  public Pixels {
    requireNonNull(chw, "chw is null");
    if (size < 1 || chw.length == 0 || chw.length % (3L * size * size) != 0) {
      throw new IllegalArgumentException(
          chw.length + " bytes are not [3, " + size + ", " + size + "], or parts of that shape");
    }
  }

  /**
   * Returns the hex SHA-256 over the size (four bytes, big-endian) and the bytes. Two jobs with the
   * same hash show the model the same picture, whatever the names of their files.
   */
  public String contentHash() {
    MessageDigest digest = Digests.sha256();
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(size).array());
    return HexFormat.of().formatHex(digest.digest(chw));
  }
}
