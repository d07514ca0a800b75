package org.stfbatch.job.ingest;

/** What is wrong with a request, as the end of a sentence about it. */
final class BadRequestException extends Exception {
  BadRequestException(String complaint) {
    super(complaint);
  }
}
