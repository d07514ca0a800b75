package org.stfbatch.job.ingest;

/** An unusable request. The message is the end of a sentence about it. */
final class BadRequestException extends Exception {
  BadRequestException(String complaint) {
    super(complaint);
  }
}
