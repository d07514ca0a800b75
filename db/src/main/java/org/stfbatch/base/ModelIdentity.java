package org.stfbatch.base;

import java.util.Objects;

/**
 * What gave an answer. Two answers are comparable when all three parts are equal.
 *
 * @param fingerprint hash of the checkpoint's weights and configuration
 * @param compression the vision-token compression strategy in its canonical form, as {@code
 *     vtc-cls:layer=16,tokens=144}; {@value #NO_COMPRESSION} without one
 * @param weightFormat how the language model's weights are held: {@value #PLAIN_WEIGHTS} as numbers
 *     of the dtype that is computed in
 */
public record ModelIdentity(String fingerprint, String compression, String weightFormat) {
  /** Every vision token of the checkpoint reaches the language model, and stays. */
  public static final String NO_COMPRESSION = "none";

  /** Weights are not quantized. */
  public static final String PLAIN_WEIGHTS = "plain";

  public ModelIdentity {
    Objects.requireNonNull(fingerprint, "fingerprint is null");
    Objects.requireNonNull(compression, "compression is null");
    Objects.requireNonNull(weightFormat, "weightFormat is null");
  }

  /** A checkpoint as it is: without compression, with plain weights. */
  public static ModelIdentity plain(String fingerprint) {
    return new ModelIdentity(fingerprint, NO_COMPRESSION, PLAIN_WEIGHTS);
  }

  /** Whether compression and weight format are the same, whatever the checkpoint. */
  public boolean hasSettingsOf(ModelIdentity other) {
    return compression.equals(other.compression) && weightFormat.equals(other.weightFormat);
  }

  /** Compression and weight format in words, for messages. */
  public String settings() {
    return "compression %s, weight format %s".formatted(compression, weightFormat);
  }

  /**
   * All three in one text, as OpenAI's {@code system_fingerprint}: the fingerprint alone for a
   * checkpoint as it is, else the three joined by {@code +}. The first and the last {@code +}
   * separate, since neither fingerprints nor weight formats hold one.
   */
  public String systemFingerprint() {
    return equals(plain(fingerprint))
        ? fingerprint
        : String.join("+", fingerprint, compression, weightFormat);
  }
}
