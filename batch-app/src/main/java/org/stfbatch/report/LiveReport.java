package org.stfbatch.report;

import java.util.Optional;

/**
 * What a live page is told: what the process does, and the report of its run.
 *
 * @param doing one line, for people
 * @param ended whether this is the last that is told
 * @param report null while there is no run
 */
public record LiveReport(String doing, boolean ended, RunReport report) {
  /** The same as JSON. */
  public static String json(String doing, boolean ended, Optional<RunReport> report) {
    return ReportJson.text(new LiveReport(doing, ended, report.orElse(null)));
  }
}
