package org.stfbatch.kafka;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Result of one poll.
 *
 * @param records in the order of offsets within each partition; may be empty
 * @param positions the next offset, after these records, of every partition whose position is
 *     known. Transaction markers have offsets, too: a position may be more than one after the last
 *     record, and may change without a record
 */
public record TopicBatch(List<TopicRecord> records, SortedMap<Integer, Long> positions) {

  public TopicBatch {
    records = List.copyOf(records);
    positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
  }

  /** Returns whether there is no record. */
  public boolean isEmpty() {
    return records.isEmpty();
  }
}
