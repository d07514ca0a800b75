package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonNumber;

/**
 * The name of a question: a number or a text. As in Python, 7 and 7.0 are the same, and 7 and "7"
 * are not.
 */
public final class QuestionId implements PythonJson.Raw {
  private final Object key;
  private final String json;
  private final String text;

  private QuestionId(Object key, String json, String text) {
    this.key = key;
    this.json = json;
    this.text = text;
  }

  public static QuestionId of(String text) {
    return new QuestionId(text, PythonJson.string(text), text);
  }

  public static QuestionId of(long number) {
    return of(BigInteger.valueOf(number));
  }

  static QuestionId of(BigInteger number) {
    return new QuestionId(
        new BigDecimal(number).stripTrailingZeros(), number.toString(), number.toString());
  }

  /** Empty if it is neither a finite number nor a text. */
  static Optional<QuestionId> of(JsonNode node) {
    if (node.isTextual()) {
      return Optional.of(of(node.textValue()));
    } else if (node.isIntegralNumber()) {
      return Optional.of(of(node.bigIntegerValue()));
    } else if (node.isNumber() && Double.isFinite(node.doubleValue())) {
      String repr = PythonNumber.repr(node.doubleValue());
      return Optional.of(
          new QuestionId(new BigDecimal(node.doubleValue()).stripTrailingZeros(), repr, repr));
    }
    return Optional.empty();
  }

  boolean isText() {
    return key instanceof String;
  }

  @Override
  public String json() {
    return json;
  }

  /** As Python's {@code str} writes it. */
  @Override
  public String toString() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuestionId id && id.key.equals(key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }
}
