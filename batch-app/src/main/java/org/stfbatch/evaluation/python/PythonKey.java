package org.stfbatch.evaluation.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * Value with the equality of keys in a Python {@code dict}: 1, 1.0 and true are equal, 1 and "1"
 * are not.
 */
public final class PythonKey {
  private enum Nothing {
    NONE;
  }

  private final Object key;

  private PythonKey(Object key) {
    this.key = key;
  }

  /** Returns empty for lists and objects, which cannot be keys. */
  public static Optional<PythonKey> of(JsonNode node) {
    if (node.isContainerNode() || node.isMissingNode()) {
      return Optional.empty();
    } else if (node.isTextual()) {
      return Optional.of(of(node.textValue()));
    } else if (node.isNull()) {
      return Optional.of(new PythonKey(Nothing.NONE));
    } else if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
      return Optional.of(new PythonKey(node.doubleValue()));
    }
    return Optional.of(new PythonKey(PythonValue.exact(node)));
  }

  public static PythonKey of(String text) {
    return new PythonKey(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PythonKey that && that.key.equals(key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  /** Returns the key for messages. */
  @Override
  public String toString() {
    return key instanceof BigDecimal number ? number.toPlainString() : String.valueOf(key);
  }
}
