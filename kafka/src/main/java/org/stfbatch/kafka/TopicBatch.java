package org.stfbatch.kafka;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one poll brought.
 *
 * @param records in the order of offsets within each partition; may be empty
 * @param positions the offset to read next of every partition whose position is known, after these
 *     records. It may be further than the last record, because marks of transactions have offsets,
 *     too, and may have moved though there is no record
 */
public record TopicBatch(List<TopicRecord> records, SortedMap<Integer, Long> positions) {

  public TopicBatch {
    records = List.copyOf(records);
    positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
  }

  /** Whether there is no record. */
  public boolean isEmpty() {
    return records.isEmpty();
  }
}
