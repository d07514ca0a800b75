package org.stfbatch.kafka;

import java.util.Objects;

/**
 * Topic and name of a publisher.
 *
 * @param topic created with the broker's defaults if it does not exist
 * @param name of the publisher on that topic. Positions are kept per name: a later publisher of the
 *     same name continues at the last position and fences older ones. Independent publishers, for
 *     example of different runs, need different names
 */
public record PublisherTarget(String topic, String name) {

  private static final String ID_PREFIX = "stf-batch.";

  public PublisherTarget {
    Objects.requireNonNull(topic, "topic is null");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the publisher's name is empty");
    }
  }

  /** Returns the transactional id. ACLs can grant it by its prefix {@value #ID_PREFIX}. */
  String transactionalId() {
    return ID_PREFIX + topic + "." + name;
  }
}
