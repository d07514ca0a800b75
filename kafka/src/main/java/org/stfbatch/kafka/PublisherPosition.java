package org.stfbatch.kafka;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a publisher has come in what it publishes: named numbers whose meaning is the caller's.
 *
 * @param values the numbers by name
 */
public record PublisherPosition(SortedMap<String, Long> values) {

  public PublisherPosition {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** A position of one number. */
  public static PublisherPosition of(String name, long value) {
    return of(Map.of(name, value));
  }

  /** A position of some numbers. */
  public static PublisherPosition of(Map<String, Long> values) {
    return new PublisherPosition(new TreeMap<>(values));
  }

  /** The number of that name, if there is one. */
  public OptionalLong get(String name) {
    Long value = values.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
