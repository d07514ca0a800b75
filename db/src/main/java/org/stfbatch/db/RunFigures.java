package org.stfbatch.db;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What became of a run and what it cost, summed up.
 *
 * @param counts its jobs
 * @param tokens of all answers
 * @param span when it was worked on; empty if it never was
 * @param seconds where time went, as {@link ChunkMetric.Seconds} says
 * @param work what the devices did
 * @param batchFill mean share of the batch that was in use, 0 to 1; 0 if unknown
 * @param latency of one answer
 * @param places where it was worked on, each once
 * @param workers what each worker has done; empty if no process shared the run
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
    List<WorkerShare> workers) {

  /**
   * The jobs of a run.
   *
   * @param jobs all of them; always {@code answered + failed + waiting}
   * @param answered with an answer
   * @param failed with a failure
   * @param waiting with neither
   * @param images with an image
   * @param distinctImages different images among those
   */
  public record Counts(
      long jobs, long answered, long failed, long waiting, long images, long distinctImages) {}

  /**
   * Tokens of all answers.
   *
   * @param prompt text of the prompts
   * @param vision what the images became
   * @param visionOfAnImage the same on average; empty if no answer is about an image
   * @param generated the answers
   * @param positions of all sequences: all these tokens but the last one of each answer, which
   *     nothing follows
   * @param keys that these positions look at, each at itself and all before it
   */
  public record Tokens(
      long prompt,
      long vision,
      OptionalDouble visionOfAnImage,
      long generated,
      long positions,
      double keys) {}

  /**
   * When a run was worked on.
   *
   * @param started beginning of its first chunk
   * @param finished end of its last one
   * @param attempts when it was begun and gone on with
   * @param chunks that were written
   * @param workSeconds in which at least one attempt was between its first and its last chunk
   * @param jobs that got an outcome in that time
   * @param images that were begun in that time
   * @param generatedTokens of the answers of that time
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
    /** From first to last chunk of each attempt, added up: those that overlap count each. */
    public double attemptSeconds() {
      return attempts.stream().mapToDouble(Attempt::seconds).sum();
    }

    /** The same times the devices of each attempt. */
    public double deviceSeconds() {
      return attempts.stream().mapToDouble(one -> one.seconds() * one.devices()).sum();
    }
  }

  /**
   * What one worker has done, in all of its attempts.
   *
   * @param name what people call it
   * @param device where it computed
   * @param started beginning of its first chunk
   * @param finished end of its last one
   * @param seconds from first to last chunk of each of its attempts, added up
   * @param jobs that got an outcome from it
   * @param failures of them, the failed ones
   * @param deviceSeconds of its devices at work, added up
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
   * One go at a run. Those of several workers may overlap.
   *
   * @param worker its name; empty if the process had the run for itself
   * @param started beginning of its first chunk
   * @param second seconds in which the run was worked on before it
   * @param seconds from its first to its last chunk
   * @param devices how many worked side by side
   */
  public record Attempt(
      String worker, Instant started, double second, double seconds, int devices) {}

  /**
   * Seconds from submission to the last token, by share of the answers that took no longer.
   *
   * @param p50 half of them
   * @param p90 nine of ten
   * @param p99 all but one of a hundred
   * @param longest all of them
   */
  public record Latency(double p50, double p90, double p99, double longest) {}
}
