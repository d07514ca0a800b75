package org.stfbatch.engine;

import java.util.Locale;

/** Processing stage of a job, the place of a failure. */
public enum Stage {
  INGEST,
  IMAGE,
  PROMPT,
  ENGINE;

  /** Returns the value that is stored and exported. */
  public String stored() {
    return name().toLowerCase(Locale.ROOT);
  }
}
