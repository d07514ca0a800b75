package org.stfbatch.kafka;

import java.time.Duration;

/** Where reading a topic ends. */
public sealed interface ReadBound {

  /** At the ends that the partitions have when the reader is opened. */
  record UntilEnd() implements ReadBound {}

  /**
   * When no message has come for a while. Time in which the broker is away does not count.
   *
   * @param limit how long
   */
  record Idle(Duration limit) implements ReadBound {

    public Idle {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("the idle limit must be above 0, not " + limit);
      }
    }
  }

  /** Never, until stopped; waits for the topic if there is none, and follows its growth. */
  record Follow() implements ReadBound {}

  /** See {@link UntilEnd}. */
  static ReadBound untilEnd() {
    return new UntilEnd();
  }

  /** See {@link Idle}. */
  static ReadBound idle(Duration limit) {
    return new Idle(limit);
  }

  /** See {@link Follow}. */
  static ReadBound follow() {
    return new Follow();
  }
}
