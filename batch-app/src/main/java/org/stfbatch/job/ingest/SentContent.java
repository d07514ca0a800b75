package org.stfbatch.job.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.stfbatch.base.Digests;

/** Hash of the lines that were sent: 64 bits of SHA-256. For one thread. */
final class SentContent {
  private final MessageDigest digest;

  /**
   * @param images the folder of images that are sent with the lines; part of the hash, because
   *     without it other messages are sent
   */
  SentContent(Optional<Path> images) {
    digest = Digests.sha256();
    digest.update(images.map(Path::toString).orElse("").getBytes(StandardCharsets.UTF_8));
  }

  void add(Line line) {
    digest.update(
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(line.number())
            .putLong(line.bytes().length)
            .flip());
    digest.update(line.bytes());
  }

  /** Returns the hash of all lines so far. */
  long hash() {
    try {
      return ByteBuffer.wrap(((MessageDigest) digest.clone()).digest()).getLong();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("every Java runtime can copy SHA-256", e);
    }
  }
}
