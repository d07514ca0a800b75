package org.stfbatch.kafka;

/** A newer publisher of the same name has taken over; this one must end. */
public final class PublisherFencedException extends BrokerException {

  private static final long serialVersionUID = 1L;

  PublisherFencedException(String name, String topic) {
    super("another publisher has taken over " + name + " on topic " + topic + "; this one ends");
  }
}
