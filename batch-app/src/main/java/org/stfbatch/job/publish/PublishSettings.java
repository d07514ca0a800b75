package org.stfbatch.job.publish;

/**
 * Settings for publishing outcomes.
 *
 * @param topic the topic; created with the broker's defaults if it does not exist
 * @param follow whether to wait for more outcomes at the end, until stopped
 * @param page the most outcomes of one Kafka transaction
 */
public record PublishSettings(String topic, boolean follow, int page) {
  /** The default number of outcomes of a transaction. */
  public static final int PAGE = 1000;

  /**
   * @throws IllegalArgumentException if the topic is blank or the page is smaller than 1
   */
  public PublishSettings {
    if (topic.isBlank() || page < 1) {
      throw new IllegalArgumentException(
          "the topic must not be blank, and the page must be at least 1");
    }
  }
}
