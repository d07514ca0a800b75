package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.stfbatch.file.LfsPointer;

/**
 * Reader of a JSON settings file. Error messages name the file and the setting; settings that were
 * read are recorded.
 */
final class JsonSettings {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int MAX_LAYERS = 1000;
  private static final int LONGEST_VALUE = 200;

  private final Path file;
  private final UnaryOperator<String> fullName;
  private final JsonNode object;
  private final Set<String> read = new HashSet<>();

  private JsonSettings(Path file, UnaryOperator<String> fullName, JsonNode object) {
    this.file = file;
    this.fullName = fullName;
    this.object = object;
  }

  /**
   * Creates settings that were translated from those of a file.
   *
   * @param nameInFile maps a setting to its name in error messages
   */
  static JsonSettings translated(Path file, UnaryOperator<String> nameInFile, ObjectNode settings) {
    return new JsonSettings(file, nameInFile, settings);
  }

  /**
   * @throws CheckpointException if the file is missing or contains no JSON object
   */
  static JsonSettings read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          "%s is missing: copy it from the original checkpoint".formatted(file));
    }
    try {
      if (LfsPointer.is(file)) {
        throw new CheckpointException(LfsPointer.complaint(file));
      }
      JsonNode node = JSON.readTree(file.toFile());
      if (node.isObject()) {
        return new JsonSettings(file, UnaryOperator.identity(), node);
      }
      throw new CheckpointException("%s is not a JSON object: copy it again".formatted(file));
    } catch (IOException e) {
      throw new CheckpointException("%s cannot be read as JSON: copy it again".formatted(file), e);
    }
  }

  /** Returns the settings below a name, or empty ones if there are none. */
  JsonSettings child(String name) {
    return new JsonSettings(file, inner -> fullName.apply(name + "." + inner), node(name));
  }

  /** Returns a modifiable copy of all settings; empty if there are none. */
  ObjectNode copy() {
    return object instanceof ObjectNode settings ? settings.deepCopy() : JSON.createObjectNode();
  }

  /** Returns the value of a name; a missing or null one is a missing node. */
  JsonNode node(String name) {
    read.add(name);
    JsonNode node = object.path(name);
    return node.isNull() ? MissingNode.getInstance() : node;
  }

  /** Returns the settings that have not been read, in the file's order. */
  List<String> unread() {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !read.contains(name))
        .toList();
  }

  boolean has(String name) {
    return !node(name).isMissingNode();
  }

  int positiveInt(String name, int absent) {
    return has(name) ? positiveInt(name, node(name)) : absent;
  }

  int positiveInt(String name, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() <= 0) {
      throw unsupported(name, "a whole number from 1 to " + Integer.MAX_VALUE);
    }
    return value.asInt();
  }

  /**
   * Reads a number of layers, which is bounded so that a damaged file cannot request billions of
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

  /** Reads one token id, or a list of them that is not empty. */
  List<Integer> tokenIds(String name, List<Integer> absent) {
    JsonNode value = node(name);
    if (value.isMissingNode()) {
      return absent;
    }
    List<JsonNode> ids = new ArrayList<>();
    (value.isArray() ? value : List.of(value)).forEach(ids::add);
    boolean right =
        ids.stream()
            .allMatch(id -> id.isIntegralNumber() && id.canConvertToInt() && id.asInt() >= 0);
    if (ids.isEmpty() || !right) {
      throw unsupported(name, "a token id or a list of them");
    }
    return ids.stream().map(JsonNode::asInt).toList();
  }

  double positiveNumber(String name, double absent) {
    JsonNode value = node(name);
    if (!value.isMissingNode()
        && !(value.isNumber() && value.asDouble() > 0 && Double.isFinite(value.asDouble()))) {
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

  /** Rejects a setting with the value true. */
  void requireFalse(String name) {
    if (flag(name, false)) {
      throw unsupported(name, "false");
    }
  }

  /** Rejects a setting that is present and not null. */
  void requireAbsent(String name) {
    if (has(name)) {
      throw unsupported(name, "null");
    }
  }

  /**
   * Rejects a setting with a value other than {@code supported}; {@code absent} is the value of a
   * missing setting.
   */
  void requireText(String name, String supported, String absent) {
    requireText(name, List.of(supported), absent);
  }

  /** Rejects a setting with a value other than these, see {@link #requireText}. */
  void requireText(String name, List<String> supported, String absent) {
    if (!supported.contains(text(name).orElse(absent))) {
      throw unsupported(
          name,
          supported.stream().map(value -> "'" + value + "'").collect(Collectors.joining(" or ")));
    }
  }

  CheckpointException unsupported(String name, String supported) {
    String value = has(name) ? node(name).toString() : "absent";
    value = value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "...";
    return new CheckpointException(
        "%s: the setting %s is %s; supported is %s"
            .formatted(file, fullName.apply(name), value, supported));
  }

  Path file() {
    return file;
  }
}
