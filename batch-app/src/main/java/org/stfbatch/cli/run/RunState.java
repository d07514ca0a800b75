package org.stfbatch.cli.run;

import java.util.Locale;

/** Whether anything is left to be done for a run, and whether somebody does it. */
enum RunState {
  /** Somebody works on it. */
  RUNNING,
  /** Jobs wait, and nobody works on it. */
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
