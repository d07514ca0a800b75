package org.stfbatch.report;

import java.util.List;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.FailureGroup;
import org.stfbatch.db.RunSlice;
import org.stfbatch.db.TokenBin;

/**
 * All that is said about a run.
 *
 * @param run its name
 * @param madeAt when the tables were read, in ISO 8601
 * @param started when work on it began, likewise; empty if it did not
 * @param finished when its last chunk was written, likewise
 * @param places on which devices, with which models
 * @param facts its numbers
 * @param seconds where time went
 * @param timeline the same, slice by slice
 * @param failures what failed, by code
 * @param failedSamples some failed jobs
 * @param answeredSamples some answered jobs
 * @param promptTokens histogram of the prompts' text
 * @param generatedTokens histogram of the answers
 * @param others the numbers of runs to compare with
 */
public record RunReport(
    String run,
    String madeAt,
    String started,
    String finished,
    List<ChunkMetric.Place> places,
    List<Fact> facts,
    ChunkMetric.Seconds seconds,
    List<RunSlice> timeline,
    List<FailureGroup> failures,
    List<Sample> failedSamples,
    List<Sample> answeredSamples,
    List<TokenBin> promptTokens,
    List<TokenBin> generatedTokens,
    List<Other> others) {

  /**
   * One job to be looked at.
   *
   * @param customId the job's
   * @param image its image as given, shortened; empty for a text-only question
   * @param thumbnail a small JPEG as a data URI; empty if the image could not be read from here
   * @param prompt what was asked
   * @param outcome the answer or the failure's message
   * @param code of the failure; empty for an answer
   */
  public record Sample(
      String customId,
      String image,
      String thumbnail,
      String prompt,
      String outcome,
      String code) {}

  /**
   * Another run.
   *
   * @param run its name
   * @param facts its numbers
   */
  public record Other(String run, List<Fact> facts) {}
}
