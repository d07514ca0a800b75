package org.stfbatch.kafka;

/**
 * The topic is not the one that offsets or positions belong to: it was deleted and created again,
 * it was truncated, or it is on another cluster.
 */
public final class TopicReplacedException extends BrokerException {

  private static final long serialVersionUID = 1L;

  private TopicReplacedException(String message) {
    super(message);
  }

  static TopicReplacedException whileReading(String topic, String why) {
    return new TopicReplacedException(
        "topic "
            + topic
            + " is not the one that was read before: "
            + why
            + "; read it for a new run, or restore the old topic");
  }

  static TopicReplacedException whilePublishing(String topic) {
    return new TopicReplacedException(
        "topic "
            + topic
            + " was deleted and created again while messages were published; publish again to begin"
            + " anew");
  }
}
