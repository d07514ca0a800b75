package org.stfbatch.kafka.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** The fields of a JSON object, taken out by name. Fields that nobody takes are passed over. */
final class Fields {

  private static final int SHOWN = 40;

  private final ObjectNode object;
  private final String path;

  Fields(ObjectNode object) {
    this(object, "");
  }

  private Fields(ObjectNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /**
   * @throws MessageException if the field is missing, null or not of the kind
   */
  <T> T required(String name, Kind<T> kind) throws MessageException {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      throw missing(name, kind.expected());
    }
    return kind.reader().apply(value).orElseThrow(() -> invalid(name, value, kind.expected()));
  }

  /**
   * @return nothing if the field is missing or null
   * @throws MessageException if the field is not of the kind
   */
  <T> Optional<T> optional(String name, Kind<T> kind) throws MessageException {
    return has(name) ? Optional.of(required(name, kind)) : Optional.empty();
  }

  Fields requiredObject(String name) throws MessageException {
    if (!has(name)) {
      throw missing(name, "an object");
    }
    JsonNode value = object.get(name);
    if (value instanceof ObjectNode inner) {
      return new Fields(inner, path + name + ".");
    }
    throw invalid(name, value, "an object");
  }

  Optional<Fields> optionalObject(String name) throws MessageException {
    return has(name) ? Optional.of(requiredObject(name)) : Optional.empty();
  }

  boolean has(String name) {
    return object.hasNonNull(name);
  }

  private MessageException missing(String name, String expected) {
    return new MessageException(
        MessageErrorCode.MESSAGE_FIELD_MISSING,
        path + name + " is missing: it must be " + expected);
  }

  private MessageException invalid(String name, JsonNode value, String expected) {
    return new MessageException(
        MessageErrorCode.MESSAGE_FIELD_INVALID,
        path + name + " is " + shown(value) + ": it must be " + expected);
  }

  /** One short line; half characters and control characters cannot go into headers and logs. */
  private static String shown(JsonNode value) {
    if (value.isContainerNode()) {
      return value.isArray() ? "a list" : "an object";
    }
    String text = value.isTextual() ? '"' + value.textValue() + '"' : value.asText();
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(SHOWN)
        .map(
            c ->
                Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
                    ? 0xFFFD
                    : c)
        .forEach(shown::appendCodePoint);
    return text.codePointCount(0, text.length()) > SHOWN ? shown + "..." : shown.toString();
  }
}
