package org.stfbatch.engine;

import java.util.Locale;

/** The part of a job's way at which it failed. */
public enum Stage {
  INGEST,
  IMAGE,
  PROMPT,
  ENGINE;

  /** As it is stored and exported. */
  public String stored() {
    return name().toLowerCase(Locale.ROOT);
  }
}
