package org.stfbatch.kafka;

/** The topic does not exist. */
public final class TopicNotFoundException extends BrokerException {

  private static final long serialVersionUID = 1L;

  TopicNotFoundException(String topic, String cluster) {
    super("there is no topic " + topic + " at " + cluster + "; check its name, or create it");
  }
}
