package org.stfbatch.job.ingest;

/**
 * The columns of a table are not those of questions. The message is the end of a sentence about the
 * file.
 */
final class UnusableColumnException extends Exception {
  UnusableColumnException(String complaint) {
    super(complaint);
  }
}
