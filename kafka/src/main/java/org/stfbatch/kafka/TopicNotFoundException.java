package org.stfbatch.kafka;

/** There is no such topic. */
public final class TopicNotFoundException extends BrokerException {

  private static final long serialVersionUID = 1L;

  TopicNotFoundException(String topic, String cluster) {
    super("there is no topic " + topic + " at " + cluster + "; check its name, or create it");
  }
}
