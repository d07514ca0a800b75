package org.stfbatch.base;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Factory of the message digests that every Java platform supports. */
public final class Digests {
  private Digests() {}

  /** Returns a new SHA-256 digest. */
  public static MessageDigest sha256() {
    return of("SHA-256");
  }

  /** Returns the SHA-256 of a text's UTF-8 bytes. */
  public static byte[] sha256(String text) {
    return sha256().digest(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns a new digest.
   *
   * @param algorithm MD5, SHA-1 or SHA-256
   */
  public static MessageDigest of(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
