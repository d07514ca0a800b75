package org.stfbatch.db;

import java.util.Locale;

/** What a worker of a run does. */
public enum WorkerState {
  /** Its model is being loaded. */
  LOADING,
  /** It answers jobs of units that it has taken. */
  ANSWERING,
  /** All that waits is with other workers. */
  IDLE;

  static WorkerState of(boolean isLoaded, long units) {
    if (!isLoaded) {
      return LOADING;
    }
    return units > 0 ? ANSWERING : IDLE;
  }

  /** In lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
