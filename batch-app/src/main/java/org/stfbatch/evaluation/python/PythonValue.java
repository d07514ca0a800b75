package org.stfbatch.evaluation.python;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Operations of Python on values read by {@code json.loads}: comparison, truth and conversion to
 * text.
 */
public final class PythonValue {
  private static final int FIRST_BEYOND_LATIN_1 = 0x100;

  private PythonValue() {}

  /**
   * Returns an object that {@link PythonJson} writes as {@code json.dumps} would write the value.
   */
  public static Object of(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      node.properties().forEach(field -> map.put(field.getKey(), of(field.getValue())));
      return map;
    } else if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(element -> list.add(of(element)));
      return list;
    } else if (node.isTextual()) {
      return node.textValue();
    } else if (node.isBoolean()) {
      return node.booleanValue();
    } else if (node.isNumber()) {
      return number(node);
    }
    return null;
  }

  private static Object number(JsonNode node) {
    return node.isIntegralNumber() ? (Object) node.bigIntegerValue() : node.doubleValue();
  }

  /** Python's {@code a == b}: true equals 1, 1 equals 1.0, and NaN does not equal NaN. */
  public static boolean equal(JsonNode a, JsonNode b) {
    boolean isNan = a.isDouble() && Double.isNaN(a.doubleValue());
    return !isNan && same(a, b);
  }

  /** Equality of list elements: in Python an object equals itself, even NaN. */
  private static boolean same(JsonNode a, JsonNode b) {
    if (a.isArray() && b.isArray()) {
      return sameElements(a, b);
    } else if (a.isObject() && b.isObject()) {
      return a.size() == b.size()
          && a.properties().stream()
              .allMatch(f -> b.has(f.getKey()) && same(f.getValue(), b.get(f.getKey())));
    } else if (a.isContainerNode() || b.isContainerNode()) {
      return false;
    }
    return PythonKey.of(a).equals(PythonKey.of(b));
  }

  private static boolean sameElements(JsonNode a, JsonNode b) {
    Iterator<JsonNode> others = b.iterator();
    return a.size() == b.size()
        && StreamSupport.stream(a.spliterator(), false).allMatch(e -> same(e, others.next()));
  }

  /** Python's {@code bool(value)}. */
  public static boolean isTrue(JsonNode node) {
    if (node.isContainerNode()) {
      return !node.isEmpty();
    } else if (node.isTextual()) {
      return !node.textValue().isEmpty();
    } else if (node.isNumber()) {
      return node.doubleValue() != 0;
    }
    return node.booleanValue();
  }

  /** Python's {@code str(value)}. */
  public static String str(JsonNode node) {
    return node.isTextual() ? node.textValue() : repr(node);
  }

  private static String repr(JsonNode node) {
    if (node.isObject()) {
      return node.properties().stream()
          .map(field -> repr(field.getKey()) + ": " + repr(field.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    } else if (node.isArray()) {
      return StreamSupport.stream(node.spliterator(), false)
          .map(PythonValue::repr)
          .collect(Collectors.joining(", ", "[", "]"));
    } else if (node.isTextual()) {
      return repr(node.textValue());
    } else if (node.isBoolean()) {
      return node.booleanValue() ? "True" : "False";
    } else if (node.isIntegralNumber()) {
      return node.bigIntegerValue().toString();
    }
    return node.isNumber() ? repr(node.doubleValue()) : "None";
  }

  private static String repr(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    } else if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    return PythonNumber.repr(number);
  }

  private static String repr(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder repr = new StringBuilder().append(quote);
    text.codePoints().forEach(c -> append(repr, c, quote));
    return repr.append(quote).toString();
  }

  private static void append(StringBuilder repr, int c, char quote) {
    if (c == quote || c == '\\') {
      repr.append('\\').appendCodePoint(c);
    } else if (c == '\n') {
      repr.append("\\n");
    } else if (c == '\r') {
      repr.append("\\r");
    } else if (c == '\t') {
      repr.append("\\t");
    } else if (isPrintable(c)) {
      repr.appendCodePoint(c);
    } else if (c < FIRST_BEYOND_LATIN_1) {
      repr.append(String.format("\\x%02x", c));
    } else {
      repr.append(String.format(Character.isBmpCodePoint(c) ? "\\u%04x" : "\\U%08x", c));
    }
  }

  /** Python's {@code str.isprintable()}. */
  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** Python's {@code int(value)}; empty where it raises an error. */
  public static Optional<BigInteger> integer(JsonNode node) {
    if (node.isTextual()) {
      return PythonNumber.integer(node.textValue());
    }
    boolean isNumber = node.isBoolean() || (node.isNumber() && isFinite(node));
    return isNumber ? Optional.of(exact(node).toBigInteger()) : Optional.empty();
  }

  /**
   * Order of two values in Python's {@code sorted}; empty where it raises an error, and for NaN,
   * which has no order.
   */
  public static Optional<Integer> compare(JsonNode a, JsonNode b) {
    if (a.isTextual() && b.isTextual()) {
      return Optional.of(compare(a.textValue(), b.textValue()));
    } else if (isComparable(a) && isComparable(b)) {
      return Optional.of(
          isFinite(a) && isFinite(b)
              ? exact(a).compareTo(exact(b))
              : Double.compare(a.doubleValue(), b.doubleValue()));
    }
    return Optional.empty();
  }

  private static boolean isComparable(JsonNode node) {
    return node.isBoolean() || (node.isNumber() && !Double.isNaN(node.doubleValue()));
  }

  /** Compares by code points; Java's own comparison uses UTF-16 units. */
  private static int compare(String a, String b) {
    return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
  }

  private static boolean isFinite(JsonNode node) {
    return !node.isDouble() || Double.isFinite(node.doubleValue());
  }

  /** Returns the type of a value for messages: "a number", "a list" and so on. */
  public static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case STRING -> "a text";
      default -> "nothing";
    };
  }

  /** Returns the exact value of a finite number; 1 for true, 0 for false. */
  static BigDecimal exact(JsonNode node) {
    if (node.isBoolean()) {
      return node.booleanValue() ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    return node.isIntegralNumber() ? exact(node.bigIntegerValue()) : exact(node.doubleValue());
  }

  private static BigDecimal exact(BigInteger number) {
    return new BigDecimal(number).stripTrailingZeros();
  }

  private static BigDecimal exact(double number) {
    return new BigDecimal(number).stripTrailingZeros();
  }
}
