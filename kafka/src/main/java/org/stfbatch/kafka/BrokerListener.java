package org.stfbatch.kafka;

import java.time.Duration;
import org.slf4j.LoggerFactory;

/** Is told when work waits for the broker. Called by the thread that works; must return soon. */
public interface BrokerListener {

  /**
   * Work waits from now on. Called once an outage.
   *
   * @param what one line for people
   */
  void waiting(String what);

  /**
   * Work goes on.
   *
   * @param after how long it waited
   */
  void resumed(Duration after);

  /**
   * A topic that is followed does not exist yet, at a cluster that answers; reading it begins when
   * somebody creates it. Called once.
   */
  void missing(String topic);

  /**
   * A missing topic is there.
   *
   * @param after how long it was waited for
   */
  void appeared(String topic, Duration after);

  /** Writes all to the log, as warnings and information. */
  static BrokerListener logging() {
    var log = LoggerFactory.getLogger(BrokerListener.class);
    return new BrokerListener() {
      @Override
      public void waiting(String what) {
        log.warn("{}", what);
      }

      @Override
      public void resumed(Duration after) {
        log.info("The Kafka broker answers again after {} s", after.toSeconds());
      }

      @Override
      public void missing(String topic) {
        log.warn("There is no topic {} yet", topic);
      }

      @Override
      public void appeared(String topic, Duration after) {
        log.info("Topic {} is there after {} s", topic, after.toSeconds());
      }
    };
  }
}
