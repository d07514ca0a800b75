package org.stfbatch.report;

import java.util.Optional;

/**
 * What a live page is told: what the process does, and the report of its run.
 *
 * @param doing one line, for people
 * @param ended whether this is the last that is told
 * @param unstored jobs that are finished and not in the report yet, since their chunk is not full
 * @param perSecond jobs a second in the last minute
 * @param report null while there is no run
 */
public record LiveReport(
    String doing, boolean ended, long unstored, double perSecond, RunReport report) {
  /** A report that does not change. */
  static LiveReport still(RunReport report) {
    return new LiveReport("", false, 0, 0, report);
  }

  /** The same as JSON. */
  public static String json(
      String doing, boolean ended, long unstored, double perSecond, Optional<RunReport> report) {
    return ReportJson.text(new LiveReport(doing, ended, unstored, perSecond, report.orElse(null)));
  }
}
