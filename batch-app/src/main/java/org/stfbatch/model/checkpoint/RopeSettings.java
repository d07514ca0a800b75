package org.stfbatch.model.checkpoint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.model.checkpoint.RopeConfig.Llama3Scaling;

/**
 * LLaMA's rotary position embedding: {@code rope_theta} and {@code rope_scaling} as transformers 4
 * writes them, or {@code rope_parameters}, in which transformers 5 writes both.
 */
final class RopeSettings {
  private static final double DEFAULT_THETA = 10_000;
  private static final String THETA = "rope_theta";
  private static final String PARTIAL = "partial_rotary_factor";

  /** Names of the objects; transformers 5 writes the first. */
  private static final List<String> OBJECTS = List.of("rope_parameters", "rope_scaling");

  private RopeSettings() {}

  /**
   * @throws CheckpointException naming a setting that scales or limits the positions in a way that
   *     is not supported, or two that contradict each other
   */
  static RopeConfig read(JsonSettings json) {
    double outer = json.positiveNumber(THETA, DEFAULT_THETA);
    if (json.positiveNumber(PARTIAL, 1) != 1) {
      throw json.unsupported(PARTIAL, "1");
    }
    Optional<Double> theta = json.has(THETA) ? Optional.of(outer) : Optional.empty();
    Set<Optional<Llama3Scaling>> scalings = new LinkedHashSet<>();
    for (String name : OBJECTS.stream().filter(json::has).toList()) {
      Inner inner = inner(json, name);
      if (theta.isPresent() && inner.theta().isPresent() && !theta.equals(inner.theta())) {
        throw json.unsupported(
            name, "the same rope_theta as elsewhere in the file, %s".formatted(theta.get()));
      }
      scalings.add(inner.scaling());
      if (scalings.size() > 1) {
        throw json.unsupported(name, "the same scaling as in " + OBJECTS.get(0));
      }
      theta = theta.or(inner::theta);
    }
    return new RopeConfig(
        theta.orElse(DEFAULT_THETA), scalings.stream().flatMap(Optional::stream).findFirst());
  }

  /** Content of {@code rope_scaling} or {@code rope_parameters}. */
  private record Inner(Optional<Double> theta, Optional<Llama3Scaling> scaling) {}

  private static Inner inner(JsonSettings json, String name) {
    if (!json.node(name).isObject()) {
      throw json.unsupported(name, "null or an object");
    }
    JsonSettings rope = json.child(name);
    Optional<Llama3Scaling> scaling = scaling(json, name, rope);
    double theta = rope.positiveNumber(THETA, DEFAULT_THETA);
    if (rope.positiveNumber(PARTIAL, 1) != 1) {
      throw rope.unsupported(PARTIAL, "1");
    }
    for (String other : rope.unread()) {
      if (!rope.node(other).isMissingNode()) {
        throw json.unsupported(
            name, "an object of rope_theta, rope_type and its settings, not of " + other);
      }
    }
    return new Inner(rope.has(THETA) ? Optional.of(theta) : Optional.empty(), scaling);
  }

  private static Optional<Llama3Scaling> scaling(
      JsonSettings json, String name, JsonSettings rope) {
    String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
    rope.node("type");
    if (type.equals(Llama3Scaling.TYPE)) {
      return Optional.of(llama3(rope));
    }
    boolean unscaled = type.equals("linear") && rope.has(Llama3Scaling.FACTOR);
    if (!type.equals("default") && !unscaled || rope.positiveNumber(Llama3Scaling.FACTOR, 1) != 1) {
      throw json.unsupported(name, "rope_type 'default' or 'llama3'");
    }
    return Optional.empty();
  }

  private static Llama3Scaling llama3(JsonSettings rope) {
    for (String setting :
        List.of(
            Llama3Scaling.FACTOR, Llama3Scaling.LOW, Llama3Scaling.HIGH, Llama3Scaling.POSITIONS)) {
      if (!rope.has(setting)) {
        throw rope.unsupported(setting, "a number beside rope_type 'llama3'");
      }
    }
    Llama3Scaling scaling =
        new Llama3Scaling(
            rope.positiveNumber(Llama3Scaling.FACTOR, 1),
            rope.positiveNumber(Llama3Scaling.LOW, 1),
            rope.positiveNumber(Llama3Scaling.HIGH, 1),
            rope.positiveInt(Llama3Scaling.POSITIONS, 1));
    if (scaling.highFrequencyFactor() <= scaling.lowFrequencyFactor()) {
      throw rope.unsupported(Llama3Scaling.HIGH, "a number above low_freq_factor");
    }
    return scaling;
  }
}
