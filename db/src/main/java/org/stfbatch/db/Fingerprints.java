package org.stfbatch.db;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.stfbatch.base.Digests;

/** Hash keys for texts that may be too long for an index. */
final class Fingerprints {

  private static final int MAX_IMAGE_KEY_BYTES = 2000;

  /** The offset follows the shard. */
  private static final int SHARD_KEY_BYTES = MAX_IMAGE_KEY_BYTES - 100;

  private static final HexFormat HEX = HexFormat.of();
  private static final String HASHED = "sha256:";

  private Fingerprints() {}

  /** Returns the key of a job's image, which sorts images of shards by shard and offset. */
  static String imageKey(NewImageJob job) {
    return job.shard()
        .map(range -> key(range.shard(), SHARD_KEY_BYTES) + "#" + HEX.toHexDigits(range.offset()))
        .orElseGet(() -> imageKey(job.prompt().image()));
  }

  /**
   * Returns the reference itself if it is short, else its hash; empty without a reference. A
   * reference that looks like a hash is hashed too, so that different references never have the
   * same key.
   */
  static String imageKey(Optional<String> reference) {
    return reference.map(text -> key(text, MAX_IMAGE_KEY_BYTES)).orElse("");
  }

  /**
   * Returns the lower-case hexadecimal SHA-256 of the parts. Each part is prefixed with its length,
   * so that different splits of one text have different hashes.
   */
  static String of(String... parts) {
    MessageDigest digest = Digests.sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String key(String reference, int maxBytes) {
    boolean fits =
        reference.length() <= maxBytes
            && reference.getBytes(StandardCharsets.UTF_8).length <= maxBytes;
    return fits && !reference.startsWith(HASHED) ? reference : HASHED + of(reference);
  }
}
