package org.stfbatch.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.stfbatch.base.Digests;

/**
 * The checksum of a file as the hub publishes it: SHA-256 for LFS files, the Git blob id (SHA-1 of
 * a short header and the content) for others.
 *
 * @param algorithm how it is computed
 * @param hex in lower-case hexadecimal digits
 */
record Checksum(Algorithm algorithm, String hex) {
  private static final int BUFFER = 1 << 20;

  /** How a checksum is computed. */
  enum Algorithm {
    SHA256("SHA-256"),
    GIT_BLOB("SHA-1");

    private final String digest;

    Algorithm(String digest) {
      this.digest = digest;
    }

    private MessageDigest begin(long size) {
      MessageDigest begun = Digests.of(digest);
      if (this == GIT_BLOB) {
        begun.update(("blob " + size + '\0').getBytes(StandardCharsets.US_ASCII));
      }
      return begun;
    }
  }

  /** Computes the checksum of a local file with the same algorithm. */
  Checksum of(Path file) throws IOException {
    MessageDigest digest = algorithm.begin(Files.size(file));
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
  }
}
