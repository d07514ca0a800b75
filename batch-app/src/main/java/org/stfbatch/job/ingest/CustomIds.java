package org.stfbatch.job.ingest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names for jobs that come without one. The same source gives the same names, so that ingesting it
 * again adds nothing, and no state is needed for it.
 */
final class CustomIds {
  private static final int HASH_BYTES = 8;
  private static final int MAX_READABLE = 200;

  private CustomIds() {}

  /** A line is told apart by its number and its bytes. */
  static String ofLine(Line line) {
    return "line-" + line.number() + "-" + hash(line.bytes());
  }

  /** A caption is told apart by its image and its prompt. */
  static String ofCaption(String folder, String image, String prompt) {
    String readable =
        image.length() <= MAX_READABLE ? image : image.substring(image.length() - MAX_READABLE);
    return "caption-"
        + hash((folder + '\n' + image + '\n' + prompt).getBytes(StandardCharsets.UTF_8))
        + "-"
        + readable;
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
