package org.stfbatch.cli.service;

/** Exit codes of the process, for schedulers; 0 is success. */
public final class ExitCode {
  /** The job failed or was stopped, and can be run again. */
  public static final int FAILED = 1;

  /** Wrong usage or unusable input. */
  public static final int UNUSABLE = 2;

  private ExitCode() {}
}
