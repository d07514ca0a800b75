package org.stfbatch.db;

import java.util.Optional;

/**
 * An image job with its outcome, if it has one.
 *
 * @param jobId increases in ingest order
 * @param customId the job's name in its run
 * @param prompt as stored, but an image reference of more than 2000 bytes (a data URI) is replaced
 *     by {@code sha256:} and its hash
 * @param answer present if the job was answered
 * @param failure present if the job failed; never together with an answer
 * @param attempt number of this outcome of the job, from 1: one more for each earlier outcome that
 *     was retried or replaced; 1 if the job waits
 * @param place where the image reference leads
 */
public record ExportRow(
    long jobId,
    String customId,
    ImagePrompt prompt,
    Optional<StoredAnswer> answer,
    Optional<StoredFailure> failure,
    int attempt,
    ImagePlace place) {

  /** A first attempt of a job of which it does not matter where its image is. */
  public ExportRow(
      long jobId,
      String customId,
      ImagePrompt prompt,
      Optional<StoredAnswer> answer,
      Optional<StoredFailure> failure) {
    this(jobId, customId, prompt, answer, failure, 1, ImagePlace.NONE);
  }

  /** Returns the same job with its image at a place. */
  ExportRow at(ImagePlace image) {
    return new ExportRow(jobId, customId, prompt, answer, failure, attempt, image);
  }
}
