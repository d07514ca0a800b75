package org.stfbatch.db;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.base.ModelIdentity;

/**
 * Metrics of one committed chunk: outcomes, tokens, time by phase and device work.
 *
 * @param runId the run
 * @param stepExecutionId Spring Batch's id of the step execution
 * @param startedAt when the chunk began
 * @param finishedAt when it was written; if the clock was set back meanwhile, {@code startedAt}
 * @param counts outcomes
 * @param tokens of its answers, reused ones left out
 * @param seconds time by phase
 * @param work work of the devices
 * @param place devices, precision and model
 * @param worker the name of the worker that wrote it; empty if the run was not shared
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
   * The outcomes of a chunk. Reused answers, which cost no device time, are counted in {@code
   * reused} only.
   *
   * @param jobs jobs that got an outcome
   * @param answers of the jobs, the answered ones
   * @param failures of the jobs, the failed ones
   * @param images of the jobs, those with an image
   * @param distinctImages images whose first job is in the chunk
   * @param reused jobs whose answer was reused
   */
  public record Counts(
      int jobs, int answers, int failures, int images, int distinctImages, int reused) {

    /** Outcomes without reused answers. */
    public Counts(int jobs, int answers, int failures, int images, int distinctImages) {
      this(jobs, answers, failures, images, distinctImages, 0);
    }
  }

  /**
   * Time by phase, in seconds. The first five are sums over all threads and devices since the
   * previous chunk, and include work ahead for later chunks. The last three are measured on the
   * step's thread.
   *
   * @param fetch reading and downloading images
   * @param imageDecode decoding and resizing images
   * @param vision running the vision encoder
   * @param prefill prefixes, and steps that include prefill
   * @param decode decode-only steps
   * @param inputWait waiting for the next job
   * @param answerWait waiting for answers
   * @param database storing this chunk and committing the previous one
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
   * Work of the devices since the previous chunk.
   *
   * @param encodedImages images that went through the vision encoder
   * @param prefillTokens prompt tokens that were prefilled, vision tokens included
   * @param steps engine steps that generated tokens
   * @param stepTokens tokens that these steps generated
   * @param prefixHits sequences whose prefix was in the prefix cache
   * @param retries retried downloads and restarted sequences
   * @param batchReductions batch reductions after out-of-memory or another device failure
   * @param peakMemoryBytes peak resident memory of the process since its start
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
   * Devices, precision and model of a chunk.
   *
   * @param device name of the device, or a list of names
   * @param dtype of weights and activations
   * @param batch the most sequences of one engine step
   * @param modelFingerprint hash of weights and configuration, see {@link ModelIdentity}
   * @param compression the vision-token compression strategy, see {@link ModelIdentity}
   * @param weightFormat the format of the weights, see {@link ModelIdentity}
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

    /**
     * Returns the number of devices in a name such as {@code cpu}, {@code cuda:0,cuda:2} or {@code
     * cuda:0..3}.
     */
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
