package org.stfbatch.kafka;

import java.util.List;

/**
 * Size limit of a topic's messages, as far as it is known before they are sent.
 *
 * @param bytes the topic's {@code max.message.bytes}, which limits one batch; {@link
 *     Long#MAX_VALUE} if it is not known
 */
record MessageLimit(long bytes) {

  static final MessageLimit UNKNOWN = new MessageLimit(Long.MAX_VALUE);

  /** Upper bounds of the overhead of a batch of one message, and of each header. */
  private static final int BATCH_BYTES = 100;

  private static final int HEADER_BYTES = 10;

  /**
   * Returns the producer's batch size. It is well below the topic's limit: the producer splits a
   * batch above the limit into equal ones, which may be above it again.
   */
  int producerBatchBytes() {
    return (int) Math.max(1, Math.min(Clients.PRODUCER_BATCH_BYTES, bytes / 2));
  }

  boolean fillsHalfABatch(OutgoingRecord record) {
    return record.size() >= producerBatchBytes() / 2;
  }

  /**
   * Returns the messages, with those that the topic would refuse replaced by smaller ones or left
   * out.
   */
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
