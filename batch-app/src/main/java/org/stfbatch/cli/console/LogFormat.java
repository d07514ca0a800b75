package org.stfbatch.cli.console;

/** The format of log lines. */
public enum LogFormat {
  /** Date, time, zone, level, run and worker before each message. */
  TEXT,
  /** The same as one JSON object per line. */
  JSON,
  /** As TEXT, with only warnings, errors and the result of a run. */
  QUIET
}
