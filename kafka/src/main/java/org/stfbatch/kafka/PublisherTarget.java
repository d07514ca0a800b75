package org.stfbatch.kafka;

import java.util.Objects;

/**
 * Where a publisher writes, and as whom.
 *
 * @param topic made with the broker's defaults if it does not exist
 * @param name of the publisher on that topic: of all processes that use it at once, the newest
 *     alone goes on, and a later one goes on at the same position. It must differ for what is
 *     published apart, for example for each run
 */
public record PublisherTarget(String topic, String name) {

  private static final String ID_PREFIX = "stf-batch.";

  public PublisherTarget {
    Objects.requireNonNull(topic, "topic is null");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the publisher's name is empty");
    }
  }

  /** The transactional id; where rights are needed for it, they are given by this prefix. */
  String transactionalId() {
    return ID_PREFIX + topic + "." + name;
  }
}
