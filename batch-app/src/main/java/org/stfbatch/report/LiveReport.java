package org.stfbatch.report;

import java.util.Optional;

/**
 * Data of a live page: what the process does, and the report of its run.
 *
 * @param doing one line for the user
 * @param ended whether this is the last update
 * @param unstored jobs that are finished but not in the report, because their chunk is not complete
 * @param perSecond jobs per second in the last minute
 * @param report null while there is no run
 */
public record LiveReport(
    String doing, boolean ended, long unstored, double perSecond, RunReport report) {
  /** Returns the data of a page that is not live. */
  static LiveReport still(RunReport report) {
    return new LiveReport("", false, 0, 0, report);
  }

  /** Returns the data of a live page as JSON. */
  public static String json(
      String doing, boolean ended, long unstored, double perSecond, Optional<RunReport> report) {
    return ReportJson.text(new LiveReport(doing, ended, unstored, perSecond, report.orElse(null)));
  }
}
