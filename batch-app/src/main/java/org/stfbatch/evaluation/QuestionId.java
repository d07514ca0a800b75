package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonKey;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * Id of a question: a number or a string; in files of answers, any other JSON value except lists
 * and objects. As in Python, 7 and 7.0 are equal, and 7 and "7" are not.
 */
public final class QuestionId implements PythonJson.Raw {
  private final PythonKey key;
  private final JsonNode node;

  private QuestionId(PythonKey key, JsonNode node) {
    this.key = key;
    this.node = node;
  }

  public static QuestionId of(String text) {
    return new QuestionId(PythonKey.of(text), TextNode.valueOf(text));
  }

  public static QuestionId of(long number) {
    return of(BigInteger.valueOf(number));
  }

  static QuestionId of(BigInteger number) {
    return key(BigIntegerNode.valueOf(number)).orElseThrow();
  }

  /** Returns empty if it is neither a finite number nor a string. */
  static Optional<QuestionId> of(JsonNode node) {
    boolean isFinite = node.isNumber() && Double.isFinite(node.doubleValue());
    return node.isTextual() || node.isIntegralNumber() || isFinite ? key(node) : Optional.empty();
  }

  /** Returns empty for lists and objects, which cannot be keys in Python. */
  static Optional<QuestionId> key(JsonNode node) {
    return PythonKey.of(node).map(key -> new QuestionId(key, node));
  }

  @Override
  public String json() {
    return PythonJson.of(PythonValue.of(node));
  }

  /** Returns the id as Python's {@code str} writes it. */
  @Override
  public String toString() {
    return PythonValue.str(node);
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
