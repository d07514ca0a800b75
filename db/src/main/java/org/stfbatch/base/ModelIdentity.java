package org.stfbatch.base;

import java.util.Objects;

/**
 * Identity of a model configuration: checkpoint, vision-token compression and weight format. Two
 * answers are comparable if all three parts are equal.
 *
 * @param fingerprint hash of the checkpoint's weights and configuration
 * @param compression the vision-token compression strategy in its canonical form, as {@code
 *     vtc-cls:layer=16,tokens=144}; {@value #NO_COMPRESSION} without one
 * @param weightFormat storage format of the language model's weights; {@value #PLAIN_WEIGHTS} if
 *     they are stored in the dtype of the computation
 */
public record ModelIdentity(String fingerprint, String compression, String weightFormat) {
  /** No vision tokens are removed, neither before nor within the language model. */
  public static final String NO_COMPRESSION = "none";

  /** Weights are not quantized. */
  public static final String PLAIN_WEIGHTS = "plain";

  public ModelIdentity {
    Objects.requireNonNull(fingerprint, "fingerprint is null");
    Objects.requireNonNull(compression, "compression is null");
    Objects.requireNonNull(weightFormat, "weightFormat is null");
  }

  /** Returns the identity of an unmodified checkpoint: no compression, plain weights. */
  public static ModelIdentity plain(String fingerprint) {
    return new ModelIdentity(fingerprint, NO_COMPRESSION, PLAIN_WEIGHTS);
  }

  /** Returns whether compression and weight format are equal; the checkpoints may differ. */
  public boolean hasSettingsOf(ModelIdentity other) {
    return compression.equals(other.compression) && weightFormat.equals(other.weightFormat);
  }

  /** Returns compression and weight format, for messages. */
  public String settings() {
    return "compression %s, weight format %s".formatted(compression, weightFormat);
  }

  /**
   * Returns the value of OpenAI's {@code system_fingerprint}: the fingerprint alone for an
   * unmodified checkpoint, else the three parts joined by {@code +}. To parse it, split at the
   * first and the last {@code +}: neither fingerprints nor weight formats contain one.
   */
  public String systemFingerprint() {
    return equals(plain(fingerprint))
        ? fingerprint
        : String.join("+", fingerprint, compression, weightFormat);
  }
}
