package org.stfbatch.job.publish;

/**
 * How outcomes are published.
 *
 * @param topic made with the broker's defaults if there is none
 * @param follow whether to wait for more at the end, until stopped
 * @param page the most outcomes of one Kafka transaction
 */
public record PublishSettings(String topic, boolean follow, int page) {
  /** Outcomes of a transaction unless said otherwise. */
  public static final int PAGE = 1000;

  /**
   * @throws IllegalArgumentException if the topic has no name or the page no room
   */
  public PublishSettings {
    if (topic.isBlank() || page < 1) {
      throw new IllegalArgumentException("a topic to publish to needs a name, and a page room");
    }
  }
}
