package org.stfbatch.db;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.ModelIdentity;

/**
 * What one committed chunk did, how long it took and what it cost.
 *
 * @param runId the run worked on
 * @param stepExecutionId Spring Batch's id of the step's attempt
 * @param startedAt when the chunk began
 * @param finishedAt when it was written; a clock set back meanwhile counts as no time at all
 * @param counts what came out
 * @param tokens of its answers
 * @param seconds where time went
 * @param work what the device did
 * @param place where it did so
 * @param worker the name of the worker that wrote it; empty if the process had the run for itself
 */
public record ChunkMetric(
    long runId,
    long stepExecutionId,
    Instant startedAt,
    Instant finishedAt,
    Counts counts,
    TokenCounts tokens,
    Seconds seconds,
    Work work,
    Place place,
    Optional<String> worker) {

  public ChunkMetric {
    Objects.requireNonNull(counts, "counts is null");
    Objects.requireNonNull(tokens, "tokens is null");
    Objects.requireNonNull(seconds, "seconds is null");
    Objects.requireNonNull(work, "work is null");
    Objects.requireNonNull(place, "place is null");
    Objects.requireNonNull(worker, "worker is null");
    startedAt = Rows.storablePrecision(startedAt);
    finishedAt = Rows.storablePrecision(finishedAt);
    if (finishedAt.isBefore(startedAt)) {
      finishedAt = startedAt;
    }
  }

  /**
   * The outcomes of a chunk.
   *
   * @param jobs jobs that got an outcome
   * @param answers of them, the answered ones
   * @param failures of them, the failed ones
   * @param images of them, those with an image
   * @param distinctImages images whose jobs begin in the chunk
   */
  public record Counts(int jobs, int answers, int failures, int images, int distinctImages) {}

  /**
   * Where time went. The first five are spent by whoever works, for jobs of later chunks too, and
   * add up over threads and devices; the last three are the step's own thread's.
   *
   * @param fetch reading and downloading images
   * @param imageDecode decoding and resizing them
   * @param vision encoding them
   * @param prefill prefixes, and steps in which a prompt ran
   * @param decode steps that only generated
   * @param inputWait waiting for the next job
   * @param answerWait waiting for answers
   * @param database storing this chunk and committing the one before
   */
  public record Seconds(
      double fetch,
      double imageDecode,
      double vision,
      double prefill,
      double decode,
      double inputWait,
      double answerWait,
      double database) {}

  /**
   * What the device did meanwhile.
   *
   * @param encodedImages images that were encoded
   * @param prefillTokens prompt tokens that were run, vision tokens included
   * @param steps calls that took sequences one token further
   * @param stepTokens tokens that they generated
   * @param prefixHits sequences that found their prefix ready
   * @param retries downloads and sequences that were begun again
   * @param batchReductions batch reductions after out-of-memory or another device failure
   * @param peakMemoryBytes the most main memory that the process ever held
   */
  public record Work(
      long encodedImages,
      long prefillTokens,
      long steps,
      long stepTokens,
      long prefixHits,
      long retries,
      long batchReductions,
      long peakMemoryBytes) {}

  /**
   * Where, how precisely and with what.
   *
   * @param device its name, or the list of several
   * @param dtype of weights and activations
   * @param batch jobs that are generated together at most
   * @param modelFingerprint hash of weights and configuration, as {@link ModelIdentity} says
   * @param compression the compression strategy, likewise
   * @param weightFormat the weights' format, likewise
   */
  public record Place(
      String device,
      String dtype,
      int batch,
      String modelFingerprint,
      String compression,
      String weightFormat) {
    private static final Pattern RANGE = Pattern.compile(".*:(\\d{1,9})\\.\\.(\\d{1,9})");

    public Place(String device, String dtype, int batch, ModelIdentity model) {
      this(device, dtype, batch, model.fingerprint(), model.compression(), model.weightFormat());
    }

    /** How many devices a name as {@code cpu}, {@code cuda:0,cuda:2} or {@code cuda:0..3} lists. */
    public static int devices(String device) {
      int count = 0;
      for (String part : device.split(",")) {
        Matcher range = RANGE.matcher(part);
        count +=
            range.matches()
                ? Math.max(
                    1, Integer.parseInt(range.group(2)) - Integer.parseInt(range.group(1)) + 1)
                : 1;
      }
      return count;
    }
  }
}
