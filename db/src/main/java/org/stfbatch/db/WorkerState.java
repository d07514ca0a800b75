package org.stfbatch.db;

import java.util.Locale;

/** Activity of a worker. */
public enum WorkerState {
  /** Its model is being loaded. */
  LOADING,
  /** It answers jobs of work units that are assigned to it. */
  ANSWERING,
  /** All waiting jobs are assigned to other workers. */
  IDLE;

  static WorkerState of(boolean isLoaded, long units) {
    if (!isLoaded) {
      return LOADING;
    }
    return units > 0 ? ANSWERING : IDLE;
  }

  /** Returns the name in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
