package org.stfbatch.kafka;

/** Messages that were not read yet are gone from a topic: its retention is too short. */
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

  /** The topic's name. */
  public String topic() {
    return topic;
  }

  /** The partition. */
  public int partition() {
    return partition;
  }

  /** The offset that should have been read next. */
  public long wanted() {
    return wanted;
  }

  /** The first offset that is left. */
  public long beginning() {
    return beginning;
  }

  /** How many offsets are gone; some may have been marks of transactions. */
  public long missing() {
    return beginning - wanted;
  }
}
