package org.stfbatch.kafka;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Progress of a publisher in its source: named numbers whose meaning the caller defines.
 *
 * @param values the numbers by name
 */
public record PublisherPosition(SortedMap<String, Long> values) {

  public PublisherPosition {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** Returns a position with one number. */
  public static PublisherPosition of(String name, long value) {
    return of(Map.of(name, value));
  }

  /** Returns a position with these numbers. */
  public static PublisherPosition of(Map<String, Long> values) {
    return new PublisherPosition(new TreeMap<>(values));
  }

  /** Returns the number of that name, if there is one. */
  public OptionalLong get(String name) {
    Long value = values.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
