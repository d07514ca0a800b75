package org.stfbatch.kafka.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.base.SettingNames;
import org.stfbatch.base.Shortened;

/**
 * Typed access to the fields of a JSON object. Unknown fields are ignored, unless {@link
 * #requireOnly} forbids all of them, or {@link #requireNoSettingBeside} those that look like
 * settings.
 */
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
   * Checks that the object has no other fields.
   *
   * @param known names of all allowed fields
   * @throws MessageException that names the first unknown field
   */
  void requireOnly(String... known) throws MessageException {
    List<String> names = List.of(known);
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!names.contains(field.getKey())) {
        throw new MessageException(
            MessageErrorCode.MESSAGE_FIELD_UNKNOWN,
            path + shown(field.getKey()) + " is not known: there are " + String.join(", ", names));
      }
    }
  }

  /**
   * Returns the value of a required field.
   *
   * @throws MessageException if the field is missing, null or of another type
   */
  <T> T required(String name, FieldType<T> type) throws MessageException {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      throw missing(name, type.expected());
    }
    return type.reader().apply(value).orElseThrow(() -> invalid(name, value, type.expected()));
  }

  /**
   * Returns the value of an optional field.
   *
   * @return empty if the field is missing or null
   * @throws MessageException if the field is of another type
   */
  <T> Optional<T> optional(String name, FieldType<T> type) throws MessageException {
    return has(name) ? Optional.of(required(name, type)) : Optional.empty();
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

  /**
   * Checks that no unknown field was probably meant as a setting.
   *
   * @param known names of the known fields
   * @throws MessageException if a field is a misspelt setting, or a setting of another program
   */
  void requireNoSettingBeside(Set<String> known) throws MessageException {
    List<String> present = object.propertyStream().map(Map.Entry::getKey).toList();
    for (String name : present) {
      Optional<String> complaint =
          known.contains(name) || !has(name)
              ? Optional.empty()
              : SettingNames.complaint(name, present);
      if (complaint.isPresent()) {
        throw new MessageException(
            MessageErrorCode.MESSAGE_FIELD_INVALID,
            path + Shortened.given(name) + " " + complaint.get());
      }
    }
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

  /**
   * Returns a short line. Lone surrogates and control characters are replaced, because headers and
   * logs cannot contain them.
   */
  private static String shown(JsonNode value) {
    if (value.isContainerNode()) {
      return value.isArray() ? "a list" : "an object";
    }
    return shown(value.isTextual() ? '"' + value.textValue() + '"' : value.asText());
  }

  private static String shown(String text) {
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
