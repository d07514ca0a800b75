package org.stfbatch.compression;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Options of a strategy's specification. Records which options the strategy read, so that unknown
 * ones can be rejected.
 */
final class SpecOptions {
  private static final int MOST = 1_000_000;

  private final String strategy;
  private final Map<String, String> given;
  private final Set<String> asked = new LinkedHashSet<>();

  private SpecOptions(String strategy, Map<String, String> given) {
    this.strategy = strategy;
    this.given = given;
  }

  static SpecOptions none(String strategy) {
    return new SpecOptions(strategy, Map.of());
  }

  /**
   * @param text {@code NAME=VALUE,...}
   * @throws IllegalArgumentException if the text has another form or repeats a name
   */
  static SpecOptions parse(String strategy, String text) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String option : text.split(",", -1)) {
      int equals = option.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "\"%s\" is no option of %s: write options as NAME=VALUE, with commas between them"
                .formatted(option, strategy));
      }
      String name = option.substring(0, equals);
      if (given.put(name, option.substring(equals + 1)) != null) {
        throw new IllegalArgumentException(
            "%s has the option %s twice: give it once".formatted(strategy, name));
      }
    }
    return new SpecOptions(strategy, given);
  }

  /** Returns the value of an option, if it is given. */
  Optional<String> find(String name) {
    asked.add(name);
    return Optional.ofNullable(given.get(name));
  }

  /**
   * @throws IllegalArgumentException if the option is not a whole number of at least {@code least}
   */
  int integer(String name, int fallback, int least) {
    return find(name).map(value -> integer(name, value, least)).orElse(fallback);
  }

  private int integer(String name, String value, int least) {
    if (value.matches("-?\\d{1,7}")) {
      int number = Integer.parseInt(value);
      if (number >= least && number <= MOST) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "%s:%s=%s must be a whole number from %d to %d"
            .formatted(strategy, name, value, least, MOST));
  }

  /** Returns the budget of PruMerge+. */
  PruMergePlus budget(String tokens) {
    return PruMergePlus.of(integer("tokens", tokens, 1));
  }

  /**
   * Returns the number of tokens that FastV keeps.
   *
   * @throws IllegalArgumentException if both options are given or the ratio is invalid
   */
  FastV.Kept kept() {
    int keep = integer("keep", 144, 1);
    Optional<String> ratio = find("ratio");
    if (ratio.isEmpty()) {
      return new FastV.Keep(keep);
    }
    if (given.containsKey("keep")) {
      throw new IllegalArgumentException(
          "%s takes keep or ratio, not both: leave one out".formatted(strategy));
    }
    return new FastV.Ratio(ratio(ratio.get()));
  }

  private double ratio(String value) {
    if (value.matches("0(\\.\\d{1,15})?|\\.\\d{1,15}")) {
      return Double.parseDouble(value);
    }
    throw new IllegalArgumentException(
        "%s:ratio=%s must be the share that is dropped, from 0 to below 1, such as 0.75"
            .formatted(strategy, value));
  }

  /**
   * @throws IllegalArgumentException if an option was given that the strategy did not read; the
   *     message lists the options that exist
   */
  void requireAllKnown() {
    for (String name : given.keySet()) {
      if (!asked.contains(name)) {
        throw new IllegalArgumentException(
            "%s has no option '%s': %s"
                .formatted(
                    strategy,
                    name,
                    asked.isEmpty()
                        ? "it takes no options"
                        : "it takes " + KnownStrategy.list(asked)));
      }
    }
  }
}
