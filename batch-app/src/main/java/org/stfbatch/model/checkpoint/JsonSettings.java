package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A JSON file of settings, read with error messages that name the file and the setting. */
final class JsonSettings {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_LAYERS = 1000;

  private final Path file;
  private final JsonNode object;

  private JsonSettings(Path file, JsonNode object) {
    this.file = file;
    this.object = object;
  }

  /**
   * @throws CheckpointException if the file is missing or holds no JSON object
   */
  static JsonSettings read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          "%s is missing: copy it from the original checkpoint".formatted(file));
    }
    try {
      JsonNode node = JSON.readTree(file.toFile());
      if (node.isObject()) {
        return new JsonSettings(file, node);
      }
      throw new CheckpointException("%s is not a JSON object: copy it again".formatted(file));
    } catch (IOException e) {
      throw new CheckpointException("%s cannot be read as JSON: copy it again".formatted(file), e);
    }
  }

  /** The settings below a name, or empty ones if there are none. */
  JsonSettings child(String name) {
    return new JsonSettings(file, node(name));
  }

  /** The value of a name; a missing or null one is a missing node. */
  JsonNode node(String name) {
    JsonNode node = object.path(name);
    return node.isNull() ? MissingNode.getInstance() : node;
  }

  boolean has(String name) {
    return !node(name).isMissingNode();
  }

  int positiveInt(String name, int absent) {
    return has(name) ? positiveInt(name, node(name)) : absent;
  }

  int positiveInt(String name, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() <= 0) {
      throw unsupported(name, "a positive whole number");
    }
    return value.asInt();
  }

  /**
   * A number of layers, bounded so that a damaged file cannot ask for a list of billions of
   * tensors.
   */
  int layerCount(String name, int absent) {
    int count = positiveInt(name, absent);
    if (count > MAX_LAYERS) {
      throw unsupported(name, "at most " + MAX_LAYERS);
    }
    return count;
  }

  int integer(String name, int absent) {
    JsonNode value = node(name);
    if (!value.isMissingNode() && !(value.isIntegralNumber() && value.canConvertToInt())) {
      throw unsupported(name, "one whole number");
    }
    return value.asInt(absent);
  }

  double positiveNumber(String name, double absent) {
    JsonNode value = node(name);
    if (!value.isMissingNode() && !(value.isNumber() && value.asDouble() > 0)) {
      throw unsupported(name, "a positive number");
    }
    return value.asDouble(absent);
  }

  boolean flag(String name, boolean absent) {
    JsonNode value = node(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw unsupported(name, "true or false");
    }
    return value.asBoolean(absent);
  }

  Optional<String> text(String name) {
    if (has(name) && !node(name).isTextual()) {
      throw unsupported(name, "text");
    }
    return has(name) ? Optional.of(node(name).asText()) : Optional.empty();
  }

  /** Refuses a setting that is set to true. */
  void requireFalse(String name) {
    if (flag(name, false)) {
      throw unsupported(name, "false");
    }
  }

  /** Refuses a setting that is there and not null. */
  void requireAbsent(String name) {
    if (has(name)) {
      throw unsupported(name, "null");
    }
  }

  /**
   * Refuses a setting with a value other than the one text; {@code absent} is its value when it is
   * not there.
   */
  void requireText(String name, String supported, String absent) {
    if (!text(name).orElse(absent).equals(supported)) {
      throw unsupported(name, "'" + supported + "'");
    }
  }

  CheckpointException unsupported(String name, String supported) {
    String value = has(name) ? node(name).toString() : "absent";
    return new CheckpointException(
        "%s: the setting %s is %s; supported is %s".formatted(file, name, value, supported));
  }

  Path file() {
    return file;
  }
}
