package org.stfbatch.kafka.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Type of a JSON field: its reader, and its description for error messages.
 *
 * @param expected the end of a sentence that begins with "it must be"
 * @param reader returns the value, or empty if the JSON value is not of this type
 */
record FieldType<T>(String expected, Function<JsonNode, Optional<T>> reader) {

  static final FieldType<String> RUN = text(1, 200);
  static final FieldType<String> CUSTOM_ID = text(1, 500);
  static final FieldType<String> TEXT = text(0, Integer.MAX_VALUE);
  static final FieldType<String> FILLED_TEXT = text(1, Integer.MAX_VALUE);

  static final FieldType<Boolean> BOOLEAN =
      new FieldType<>(
          "true or false",
          node -> node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty());

  /** Any text without lone surrogates, because a model's answer may contain NUL. */
  static final FieldType<String> ANSWER =
      new FieldType<>(
          "a text without lone surrogates",
          node -> string(node).filter(text -> text.codePoints().noneMatch(FieldType::isSurrogate)));

  /** The raw JSON text, because 7 and "7" are different ids. */
  static final FieldType<String> QUESTION_ID =
      new FieldType<>(
          "a number or a text without NUL and lone surrogates",
          node ->
              node.isNumber() || string(node).filter(FieldType::isStorable).isPresent()
                  ? Optional.of(node.toString())
                  : Optional.empty());

  static final FieldType<List<String>> STOP =
      new FieldType<>("a text, or a list of texts, none of them empty", FieldType::stop);

  private static final int MOST_CHOICES = 1000;

  static final FieldType<List<String>> CHOICES =
      new FieldType<>(
          "a list of 1 to " + MOST_CHOICES + " texts, none of them empty, all different",
          FieldType::choices);

  private static final BigDecimal LOWEST_LOGARITHM = new BigDecimal("-1e308");

  static final FieldType<Map<String, Double>> LOG_PROBABILITIES =
      new FieldType<>("an object of numbers, none of them above 0", FieldType::logProbabilities);

  /** The number of a job's outcome. */
  static final FieldType<Integer> ATTEMPT = intFrom(1);

  static final FieldType<Instant> INSTANT =
      new FieldType<>(
          "a time in UTC such as 2026-01-31T23:59:59.5Z",
          node -> string(node).flatMap(FieldType::instant));

  private static final Pattern UTC_TIME =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z");

  /**
   * The most digits of a whole number, which may be written 7, 7.0 or 0.7e1: these are equal in
   * JSON.
   */
  private static final int MAX_INTEGER_DIGITS = 19;

  static FieldType<String> text(int min, int max) {
    String length = max == Integer.MAX_VALUE ? "" : " of " + min + " to " + max + " characters";
    String filled = max == Integer.MAX_VALUE && min > 0 ? ", not empty" : "";
    return textThat(
        "a text" + length + filled + ", without NUL and lone surrogates",
        text -> {
          int characters = text.codePointCount(0, text.length());
          return characters >= min && characters <= max;
        });
  }

  /** Returns the type of a text that the database can store and that passes a test. */
  static FieldType<String> textThat(String expected, Predicate<String> test) {
    return new FieldType<>(
        expected, node -> string(node).filter(FieldType::isStorable).filter(test));
  }

  static FieldType<Long> integer(long min, long max) {
    String expected =
        max == Long.MAX_VALUE && min == 0
            ? "a whole number of 0 or more"
            : "a whole number from " + min + " to " + max;
    return new FieldType<>(
        expected, node -> wholeNumber(node).filter(value -> value >= min && value <= max));
  }

  static FieldType<Integer> intFrom(int min) {
    FieldType<Long> integer = integer(min, Integer.MAX_VALUE);
    return new FieldType<>(
        integer.expected(), node -> integer.reader().apply(node).map(Math::toIntExact));
  }

  static FieldType<Double> number(String expected, Predicate<BigDecimal> test) {
    return new FieldType<>(
        expected,
        node ->
            node.isNumber() && test.test(node.decimalValue())
                ? Optional.of(node.decimalValue().doubleValue())
                : Optional.empty());
  }

  private static Optional<String> string(JsonNode node) {
    return node instanceof TextNode ? Optional.of(node.textValue()) : Optional.empty();
  }

  private static Optional<Long> wholeNumber(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.canConvertToLong() ? Optional.of(node.longValue()) : Optional.empty();
    }
    return node.isNumber() ? wholeNumber(node.decimalValue()) : Optional.empty();
  }

  /**
   * Checks digits and exponent before the conversion, because 1e999999999 would need too much
   * memory.
   */
  private static Optional<Long> wholeNumber(BigDecimal value) {
    BigDecimal shortest = value.stripTrailingZeros();
    long digits = (long) shortest.precision() - shortest.scale();
    if (shortest.scale() > 0 || digits > MAX_INTEGER_DIGITS) {
      return Optional.empty();
    }
    var integer = shortest.toBigIntegerExact();
    return integer.bitLength() < Long.SIZE ? Optional.of(integer.longValue()) : Optional.empty();
  }

  private static Optional<List<String>> stop(JsonNode node) {
    if (!node.isArray()) {
      return FILLED_TEXT.reader().apply(node).map(List::of);
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : node) {
      FILLED_TEXT.reader().apply(each).ifPresent(texts::add);
    }
    return texts.size() == node.size() ? Optional.of(List.copyOf(texts)) : Optional.empty();
  }

  private static Optional<List<String>> choices(JsonNode node) {
    return node.isArray()
        ? stop(node)
            .filter(texts -> !texts.isEmpty() && texts.size() <= MOST_CHOICES)
            .filter(texts -> Set.copyOf(texts).size() == texts.size())
        : Optional.empty();
  }

  private static Optional<Map<String, Double>> logProbabilities(JsonNode node) {
    if (!node.isObject()) {
      return Optional.empty();
    }
    Map<String, Double> byText = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      JsonNode value = field.getValue();
      if (!value.isNumber()
          || value.decimalValue().signum() > 0
          || value.decimalValue().compareTo(LOWEST_LOGARITHM) < 0) {
        return Optional.empty();
      }
      byText.put(field.getKey(), value.doubleValue());
    }
    return Optional.of(Collections.unmodifiableMap(byText));
  }

  private static Optional<Instant> instant(String text) {
    if (!UTC_TIME.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      // The format is correct, but the day does not exist.
      return Optional.empty();
    }
  }

  private static boolean isStorable(String text) {
    return text.indexOf('\u0000') < 0 && text.codePoints().noneMatch(FieldType::isSurrogate);
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
