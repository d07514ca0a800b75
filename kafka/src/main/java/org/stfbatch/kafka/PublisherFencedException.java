package org.stfbatch.kafka;

/** The publisher was fenced by a newer one of the same name, and cannot publish any more. */
public final class PublisherFencedException extends BrokerException {

  private static final long serialVersionUID = 1L;

  PublisherFencedException(String name, String topic) {
    super("another publisher has taken over " + name + " on topic " + topic + "; this one ends");
  }
}
