package org.stfbatch.db;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Totals of a run for reports: outcomes, tokens, times and device work.
 *
 * @param counts job counts
 * @param tokens token counts of all answers
 * @param span times and totals of the attempts; empty if no chunk was committed
 * @param seconds time by phase, see {@link ChunkMetric.Seconds}
 * @param work work of the devices
 * @param batchFill mean utilization of the batch, 0 to 1; 0 if unknown
 * @param latency of one answer
 * @param places distinct combinations of devices, precision and model
 * @param workers totals of each worker; empty if the run was not shared
 * @param finishReasons why answers ended, the most frequent reason first
 */
public record RunFigures(
    Counts counts,
    Tokens tokens,
    Optional<Span> span,
    ChunkMetric.Seconds seconds,
    ChunkMetric.Work work,
    double batchFill,
    Latency latency,
    List<ChunkMetric.Place> places,
    List<WorkerShare> workers,
    List<FinishReason> finishReasons) {

  /**
   * Job counts of a run.
   *
   * @param jobs all of them; always {@code answered + failed + waiting}
   * @param answered jobs with an answer
   * @param failed jobs with a failure
   * @param waiting jobs with neither
   * @param images jobs with an image
   * @param distinctImages number of different images
   * @param retries what became of retried failures
   * @param reused of the answered jobs, those whose answer was reused
   */
  public record Counts(
      long jobs,
      long answered,
      long failed,
      long waiting,
      long images,
      long distinctImages,
      RunStatus.Retries retries,
      long reused) {}

  /**
   * The number of answers that ended for a reason.
   *
   * @param name as stored
   */
  public record FinishReason(String name, long answers) {}

  /**
   * Token counts of all answers that were computed, reused ones left out.
   *
   * @param prompt text tokens of the prompts
   * @param promptWithImage of these, those of prompts with an image
   * @param vision vision tokens of the images
   * @param visionOfAnImage mean vision tokens of an answer about an image; empty if there is none
   * @param generated tokens of the answers
   * @param positions number of positions that the language model computed: all these tokens except
   *     the last one of each answer
   * @param keys number of keys that these positions attend to with causal attention, each to itself
   *     and all positions before it
   */
  public record Tokens(
      long prompt,
      long promptWithImage,
      long vision,
      OptionalDouble visionOfAnImage,
      long generated,
      long positions,
      double keys) {}

  /**
   * Times and totals of all attempts at a run.
   *
   * @param started start of the first chunk
   * @param finished end of the last chunk
   * @param attempts its attempts, by start
   * @param chunks number of committed chunks
   * @param workSeconds seconds in which at least one attempt was between its first and its last
   *     chunk
   * @param jobs jobs that got an outcome in that time, reused answers left out, as in the next two
   * @param images images whose first job was in that time
   * @param generatedTokens tokens of the answers of that time
   */
  public record Span(
      Instant started,
      Instant finished,
      List<Attempt> attempts,
      long chunks,
      double workSeconds,
      long jobs,
      long images,
      long generatedTokens) {
    /** Returns the sum of the attempts' durations; overlapping attempts all count. */
    public double attemptSeconds() {
      return attempts.stream().mapToDouble(Attempt::seconds).sum();
    }

    /** Returns the sum of the attempts' durations, each multiplied by its number of devices. */
    public double deviceSeconds() {
      return attempts.stream().mapToDouble(one -> one.seconds() * one.devices()).sum();
    }
  }

  /**
   * Totals of one worker over all of its attempts.
   *
   * @param name shown to users
   * @param device name of its device
   * @param started start of its first chunk
   * @param finished end of its last chunk
   * @param seconds sum of the durations of its attempts
   * @param jobs jobs that got an outcome from it, reused answers left out
   * @param failures of the jobs, the failed ones
   * @param deviceSeconds busy time of its devices, added up
   */
  public record WorkerShare(
      String name,
      String device,
      Instant started,
      Instant finished,
      double seconds,
      long jobs,
      long failures,
      double deviceSeconds) {}

  /**
   * One step execution: a start or restart of a run. Attempts of several workers may overlap.
   *
   * @param worker name of the worker; empty if the run was not shared
   * @param started start of its first chunk
   * @param second seconds of work on the run before it
   * @param seconds from the start of its first chunk to the end of its last one
   * @param devices number of devices
   */
  public record Attempt(
      String worker, Instant started, double second, double seconds, int devices) {}

  /**
   * Percentiles of the latency of a computed answer, in seconds from submission to the last token.
   *
   * @param p50 median
   * @param p90 90th percentile
   * @param p99 99th percentile
   * @param longest maximum
   */
  public record Latency(double p50, double p90, double p99, double longest) {}
}
