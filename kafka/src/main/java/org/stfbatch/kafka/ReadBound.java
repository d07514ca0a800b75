package org.stfbatch.kafka;

import java.time.Duration;

/** End condition of reading a topic. */
public sealed interface ReadBound {

  /** Ends at the end offsets that the partitions have when the reader is opened. */
  record UntilEnd() implements ReadBound {}

  /**
   * Ends when no message has arrived for some time. Outages of the broker do not count.
   *
   * @param limit the idle time, above 0
   */
  record Idle(Duration limit) implements ReadBound {

    public Idle {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("the idle limit must be above 0, not " + limit);
      }
    }
  }

  /**
   * Ends only when stopped; waits for the topic if it does not exist, and reads partitions that are
   * added.
   */
  record Follow() implements ReadBound {}

  /** Returns {@link UntilEnd}. */
  static ReadBound untilEnd() {
    return new UntilEnd();
  }

  /** Returns {@link Idle}. */
  static ReadBound idle(Duration limit) {
    return new Idle(limit);
  }

  /** Returns {@link Follow}. */
  static ReadBound follow() {
    return new Follow();
  }
}
