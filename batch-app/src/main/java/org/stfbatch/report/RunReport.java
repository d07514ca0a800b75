package org.stfbatch.report;

import java.util.List;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.FailureGroup;
import org.stfbatch.db.TokenBin;

/**
 * Report of a run.
 *
 * @param run its name
 * @param madeAt when the database was read, in ISO 8601
 * @param started when work on it began, in ISO 8601; empty if it did not
 * @param finished when its last chunk was written, in ISO 8601; empty if none was
 * @param model the user's name of the checkpoint; empty if there is no answer
 * @param places the devices and models that answered it
 * @param facts its numbers
 * @param evaluations its benchmark scores: one or none
 * @param seconds where the time went
 * @param attempts its attempts; those of several workers overlap
 * @param workers the work of each worker; empty if no process shared the run
 * @param timeline throughput and stage times, slice by slice
 * @param failures the failures, by code
 * @param samples sample jobs
 * @param promptTokens histogram of the prompts' text tokens
 * @param generatedTokens histogram of the answers' tokens
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
   * Score of a run that answered a benchmark.
   *
   * @param benchmark its name
   * @param strict whether the corrected variant of the original scorer was used
   * @param questions the number of its questions
   * @param answered the number of them that the run answered
   * @param figures in display order
   * @param problem why there is no score; empty if there is one
   * @param scoredAt in ISO 8601
   * @param published scores of other methods; empty if they are not comparable
   */
  public record Evaluation(
      String benchmark,
      boolean strict,
      long questions,
      long answered,
      List<Figure> figures,
      String problem,
      String scoredAt,
      List<Published> published) {}

  /**
   * Published score of a method for a 7B model.
   *
   * @param method its name in the paper
   * @param source the paper
   * @param tflop the language model's work for the vision tokens of an image, in 10^12 operations
   * @param score in the unit of the benchmark's headline figure
   */
  public record Published(String method, String source, double tflop, double score) {}

  /**
   * A figure of a benchmark.
   *
   * @param headline whether it is the figure published in the paper
   */
  public record Figure(String name, double value, boolean headline) {}

  /**
   * One attempt at the run.
   *
   * @param worker its name; empty if the process answered the run alone
   * @param started in ISO 8601
   * @param second working time of the run before it, in seconds
   * @param seconds from its first to its last chunk
   */
  public record Attempt(String worker, String started, double second, double seconds) {}

  /**
   * Work of one worker of a shared run.
   *
   * @param name the worker's name
   * @param device its device
   * @param started beginning of its first chunk, in ISO 8601
   * @param finished end of its last chunk, in ISO 8601
   * @param seconds its working time
   * @param jobs the jobs whose outcome it stored
   * @param failures the failed ones of them
   * @param share of the run's outcomes, 0 to 1
   * @param questionsPerSecond during its working time
   * @param deviceBusy utilization of its devices during its working time, 0 to 1
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
   * One slice of the run's working time.
   *
   * @param second working time before it, in seconds
   * @param width its length in seconds
   * @param jobs jobs with an outcome in chunks that ended in it
   * @param failures the failed ones of them
   * @param images images that began in these chunks
   * @param generatedTokens tokens of their answers
   * @param seconds stage times; those of the devices are at most {@code deviceSeconds}
   * @param deviceSeconds the slice's length times the number of devices
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
   * Sample jobs.
   *
   * @param failed some of each failure code
   * @param answered evenly distributed over the run
   */
  public record Samples(List<Sample> failed, List<Sample> answered) {}

  /**
   * One sample job.
   *
   * @param customId the job's id
   * @param questionId the id in its source file; empty if there is none
   * @param image its image reference, shortened; empty for a text-only question
   * @param thumbnail a small JPEG as a data URI; empty if the image could not be read
   * @param thumbnailNote why there is no thumbnail; empty if there is one, or if none is expected
   * @param prompt the prompt's text
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
   * A run to compare with.
   *
   * @param run its name
   * @param started as in the report
   * @param finished as in the report
   * @param model as in the report
   * @param places the devices and models that answered it
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
