package org.stfbatch.job.ingest;

/** What to do with a request that the run has under the same name with other content. */
public enum OnChange {
  /** The run keeps its request and the outcome. */
  KEEP,
  /** The new request replaces the run's and waits for an answer; the old outcome is deleted. */
  REPLACE,
  /** The ingest fails and stores nothing of the file. */
  FAIL
}
