package org.stfbatch.kafka;

import java.util.List;

/**
 * How large a topic's messages may be, as far as that is known before they are sent.
 *
 * @param bytes what the topic takes as one batch; {@link Long#MAX_VALUE} if it is not known
 */
record MessageLimit(long bytes) {

  static final MessageLimit UNKNOWN = new MessageLimit(Long.MAX_VALUE);

  /** Around the keys, values and headers of a batch of one message; a header has lengths, too. */
  private static final int BATCH_BYTES = 100;

  private static final int HEADER_BYTES = 10;

  /**
   * What the producer collects before it sends. Far below what the topic takes: a batch over that
   * limit is split into equal ones, which may be over it again.
   */
  int producerBatchBytes() {
    return (int) Math.max(1, Math.min(Clients.BYTES_A_PRODUCER_BATCH, bytes / 2));
  }

  boolean fillsHalfABatch(OutgoingRecord record) {
    return record.size() >= producerBatchBytes() / 2;
  }

  /** Smaller messages in place of those that the topic would refuse. */
  List<OutgoingRecord> fitting(List<OutgoingRecord> records, String topic) {
    return records.stream().allMatch(this::fits)
        ? records
        : records.stream()
            .flatMap(
                record ->
                    fits(record)
                        ? List.of(record).stream()
                        : Transaction.below(room(record), List.of(record), topic).stream())
            .toList();
  }

  private boolean fits(OutgoingRecord record) {
    return record.size() < room(record);
  }

  private long room(OutgoingRecord record) {
    return bytes - BATCH_BYTES - (long) HEADER_BYTES * record.headers().all().size();
  }
}
