package org.stfbatch.job.export;

/** What an export does with a side file that is there with another text. */
public enum ExistingText {
  /** The file stays as it is. */
  SKIP,
  /** The answer replaces it. */
  OVERWRITE,
  /** The answer becomes its last lines, unless it has them already. */
  APPEND,
  /** The answer becomes its first lines, unless it has them already. */
  PREPEND
}
