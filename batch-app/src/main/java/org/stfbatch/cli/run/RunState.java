package org.stfbatch.cli.run;

import java.util.Locale;

/** State of a run. */
enum RunState {
  /** A process is working on it. */
  RUNNING,
  /** Jobs are waiting, and no process is working on it. */
  WAITING,
  /** Every job has an answer or a failure. */
  DONE,
  /** It has no jobs. */
  EMPTY;

  static RunState of(boolean isHeld, long jobs, long waiting) {
    if (isHeld) {
      return RUNNING;
    }
    if (waiting > 0) {
      return WAITING;
    }
    return jobs == 0 ? EMPTY : DONE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
