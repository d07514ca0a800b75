package org.stfbatch.kafka;

/** Unread messages were deleted from a topic: its retention is too short. */
public final class OffsetGapException extends BrokerException {

  private static final long serialVersionUID = 1L;

  private final String topic;
  private final int partition;
  private final long wanted;
  private final long beginning;

  OffsetGapException(String topic, int partition, long wanted, long beginning) {
    super(
        "topic "
            + topic
            + " lost "
            + (beginning - wanted)
            + " messages of partition "
            + partition
            + " before they were read (offsets "
            + wanted
            + " to "
            + (beginning - 1)
            + "); let the topic keep messages longer, and accept the loss to go on");
    this.topic = topic;
    this.partition = partition;
    this.wanted = wanted;
    this.beginning = beginning;
  }

  /** Returns the topic's name. */
  public String topic() {
    return topic;
  }

  /** Returns the partition. */
  public int partition() {
    return partition;
  }

  /** Returns the offset that should have been read next. */
  public long wanted() {
    return wanted;
  }

  /** Returns the first remaining offset. */
  public long beginning() {
    return beginning;
  }

  /** Returns the number of missing offsets, which may include transaction markers. */
  public long missing() {
    return beginning - wanted;
  }
}
