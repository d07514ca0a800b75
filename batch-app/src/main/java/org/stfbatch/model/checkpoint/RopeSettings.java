package org.stfbatch.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * Base of LLaMA's rotary position embedding: {@code rope_theta} and {@code rope_scaling} as
 * transformers 4 writes them, or {@code rope_parameters}, in which transformers 5 writes both.
 */
final class RopeSettings {
  private static final double DEFAULT_THETA = 10_000;
  private static final String THETA = "rope_theta";
  private static final String PARTIAL = "partial_rotary_factor";

  /** Names of the objects; transformers 5 writes the first. */
  private static final List<String> OBJECTS = List.of("rope_parameters", "rope_scaling");

  private RopeSettings() {}

  /**
   * @throws CheckpointException naming a setting that scales or limits the positions, or two that
   *     contradict each other
   */
  static double theta(JsonSettings json) {
    double outer = json.positiveNumber(THETA, DEFAULT_THETA);
    if (json.positiveNumber(PARTIAL, 1) != 1) {
      throw json.unsupported(PARTIAL, "1");
    }
    Optional<Double> theta = json.has(THETA) ? Optional.of(outer) : Optional.empty();
    for (String name : OBJECTS) {
      Optional<Double> inner = inner(json, name);
      if (theta.isPresent() && inner.isPresent() && !theta.equals(inner)) {
        throw json.unsupported(
            name, "the same rope_theta as elsewhere in the file, %s".formatted(theta.get()));
      }
      theta = theta.or(() -> inner);
    }
    return theta.orElse(DEFAULT_THETA);
  }

  private static Optional<Double> inner(JsonSettings json, String name) {
    if (!json.has(name)) {
      return Optional.empty();
    }
    JsonNode node = json.node(name);
    JsonSettings rope = json.child(name);
    if (!node.isObject()) {
      throw json.unsupported(name, "null or an object");
    }
    String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
    boolean unscaled = type.equals("linear") && rope.has("factor");
    if (!type.equals("default") && !unscaled || rope.positiveNumber("factor", 1) != 1) {
      throw json.unsupported(name, "rope_type 'default'");
    }
    rope.node("type");
    double theta = rope.positiveNumber(THETA, DEFAULT_THETA);
    if (rope.positiveNumber(PARTIAL, 1) != 1) {
      throw rope.unsupported(PARTIAL, "1");
    }
    for (String other : rope.unread()) {
      if (!rope.node(other).isMissingNode()) {
        throw json.unsupported(name, "an object of rope_theta and rope_type, not of " + other);
      }
    }
    return rope.has(THETA) ? Optional.of(theta) : Optional.empty();
  }
}
