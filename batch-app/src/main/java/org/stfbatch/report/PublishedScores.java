package org.stfbatch.report;

import java.util.List;

/** What papers report of methods that reduce the work for an image's vision tokens. */
public interface PublishedScores {
  /** Returns the results for a benchmark of which the work is known. */
  List<RunReport.Published> of(String benchmark);
}
