package org.stfbatch.job.ingest;

/** What becomes of a request that the run has under the same name with another content. */
public enum OnChange {
  /** The run keeps its own, and what came of it. */
  KEEP,
  /** The run's own becomes the new one and waits for an answer; what came of the old is deleted. */
  REPLACE,
  /** Nothing of the file is stored. */
  FAIL
}
