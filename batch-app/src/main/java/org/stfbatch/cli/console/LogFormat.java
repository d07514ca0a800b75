package org.stfbatch.cli.console;

/** How the log's lines look. */
public enum LogFormat {
  /** Date, time, zone, level, run and worker before each message. */
  TEXT,
  /** The same as a JSON object a line. */
  JSON,
  /** As text, warnings, errors and the last line of a run alone. */
  QUIET
}
