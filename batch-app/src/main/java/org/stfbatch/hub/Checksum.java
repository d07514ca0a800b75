package org.stfbatch.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a hub says of a file's content: large files have their SHA-256, the others the name of their
 * Git blob, a SHA-1 of a short header and the content.
 *
 * @param kind how it is computed
 * @param hex in lower-case hexadecimal digits
 */
record Checksum(Kind kind, String hex) {
  private static final int BUFFER = 1 << 20;

  /** How a checksum is computed. */
  enum Kind {
    SHA256("SHA-256"),
    GIT_BLOB("SHA-1");

    private final String algorithm;

    Kind(String algorithm) {
      this.algorithm = algorithm;
    }

    private MessageDigest digest(long size) {
      try {
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        if (this == GIT_BLOB) {
          digest.update(("blob " + size + '\0').getBytes(StandardCharsets.US_ASCII));
        }
        return digest;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java runtime has " + algorithm, e);
      }
    }
  }

  /** The checksum of a file on this machine, of the same kind. */
  Checksum of(Path file) throws IOException {
    MessageDigest digest = kind.digest(Files.size(file));
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return new Checksum(kind, HexFormat.of().formatHex(digest.digest()));
  }
}
