package org.stfbatch.report;

import java.util.List;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.FailureGroup;
import org.stfbatch.db.TokenBin;

/**
 * All that is said about a run.
 *
 * @param run its name
 * @param madeAt when the tables were read, in ISO 8601
 * @param started when work on it began, likewise; empty if it did not
 * @param finished when its last chunk was written, likewise
 * @param model what the user called the checkpoint; empty if there is no answer
 * @param places on which devices, with which models
 * @param facts its numbers
 * @param evaluations what it is worth, if it answered a benchmark: one or none
 * @param seconds where time went
 * @param attempts when it was begun and gone on with; those of several workers overlap
 * @param workers what each worker has done; empty if no process shared the run
 * @param timeline speed and where time went, slice by slice
 * @param failures what failed, by code
 * @param samples jobs to be looked at
 * @param promptTokens histogram of the prompts' text
 * @param generatedTokens histogram of the answers
 * @param others the numbers of runs to compare with
 */
public record RunReport(
    String run,
    String madeAt,
    String started,
    String finished,
    String model,
    List<ChunkMetric.Place> places,
    List<Fact> facts,
    List<Evaluation> evaluations,
    ChunkMetric.Seconds seconds,
    List<Attempt> attempts,
    List<Worker> workers,
    List<Slice> timeline,
    List<FailureGroup> failures,
    Samples samples,
    List<TokenBin> promptTokens,
    List<TokenBin> generatedTokens,
    List<Other> others) {

  /**
   * What a run that answered a benchmark is worth.
   *
   * @param benchmark its name
   * @param strict whether the repaired variant of the original's scorer was used
   * @param questions how many it asks
   * @param answered of them, those that the run answered
   * @param figures in the order in which they are shown
   * @param problem why there is no score; empty if there is one
   * @param scoredAt in ISO 8601
   */
  public record Evaluation(
      String benchmark,
      boolean strict,
      long questions,
      long answered,
      List<Figure> figures,
      String problem,
      String scoredAt) {}

  /**
   * A figure of a benchmark.
   *
   * @param headline whether it is the one that the paper shows
   */
  public record Figure(String name, double value, boolean headline) {}

  /**
   * One go at the run.
   *
   * @param worker its name; empty if the process had the run for itself
   * @param started in ISO 8601
   * @param second seconds in which the run was worked on before it
   * @param seconds from its first to its last chunk
   */
  public record Attempt(String worker, String started, double second, double seconds) {}

  /**
   * What a worker of a shared run has done.
   *
   * @param name what people call it
   * @param device where it computed
   * @param started beginning of its first chunk, in ISO 8601
   * @param finished end of its last one, likewise
   * @param seconds at work
   * @param jobs that got an outcome from it
   * @param failures of them, the failed ones
   * @param share of the run's outcomes, 0 to 1
   * @param questionsPerSecond while it was at work
   * @param deviceBusy share of that time in which its devices worked, 0 to 1
   */
  public record Worker(
      String name,
      String device,
      String started,
      String finished,
      double seconds,
      long jobs,
      long failures,
      double share,
      double questionsPerSecond,
      double deviceBusy) {}

  /**
   * One slice of the time at work.
   *
   * @param second seconds of work before it
   * @param width its length in seconds
   * @param jobs jobs that got an outcome in chunks that ended in it
   * @param failures of them, the failed ones
   * @param images images that were begun in these chunks
   * @param generatedTokens of their answers
   * @param seconds where time went; what the devices did is at most {@code deviceSeconds}
   * @param deviceSeconds the devices' time: the slice's length times their number
   */
  public record Slice(
      double second,
      double width,
      long jobs,
      long failures,
      long images,
      long generatedTokens,
      ChunkMetric.Seconds seconds,
      double deviceSeconds) {}

  /**
   * Some jobs.
   *
   * @param failed of each code some
   * @param answered evenly spread over the run
   */
  public record Samples(List<Sample> failed, List<Sample> answered) {}

  /**
   * One job to be looked at.
   *
   * @param customId the job's
   * @param questionId what its file calls it; empty if it does not
   * @param image its image as given, shortened; empty for a text-only question
   * @param thumbnail a small JPEG as a data URI; empty if the image could not be read from here
   * @param thumbnailNote why there is none; empty if there is one, or if none can be expected
   * @param prompt what was asked
   * @param outcome the answer or the failure's message
   * @param code of the failure; empty for an answer
   */
  public record Sample(
      String customId,
      String questionId,
      String image,
      String thumbnail,
      String thumbnailNote,
      String prompt,
      String outcome,
      String code) {}

  /**
   * Another run.
   *
   * @param run its name
   * @param started as the report's
   * @param finished likewise
   * @param model likewise
   * @param places on which devices, with which models
   * @param facts its numbers
   */
  public record Other(
      String run,
      String started,
      String finished,
      String model,
      List<ChunkMetric.Place> places,
      List<Fact> facts) {}
}
