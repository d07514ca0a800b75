package org.stfbatch.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Result of the same work through a run and on the engine alone.
 *
 * @param questions of each pass
 * @param chunk number of answers per commit
 * @param ingestSeconds time of storing the questions; not part of the other times
 * @param seconds of the median pass, from the start of the job to its end
 * @param allSeconds of every pass
 * @param questionsPerSecond of the median pass
 * @param engineShare the engine's time without a run divided by the run's time, the median of all
 *     pairs of passes
 */
public record JobResult(
    int questions,
    int chunk,
    double ingestSeconds,
    double seconds,
    List<Double> allSeconds,
    double questionsPerSecond,
    double engineShare) {
  static JobResult of(
      int questions, int chunk, List<Pass> bare, List<Double> seconds, List<Double> ingests) {
    double median = Timing.median(array(seconds));
    double share =
        Timing.median(
            IntStream.range(0, seconds.size())
                .mapToDouble(i -> bare.get(i).seconds() / seconds.get(i))
                .toArray());
    return new JobResult(
        questions,
        chunk,
        Timing.median(array(ingests)),
        median,
        seconds,
        questions / median,
        share);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  void print(Text text) {
    text.line("job: the same work through PostgreSQL, chunks of %d", chunk);
    text.value("ingest seconds", "%.3f", ingestSeconds);
    text.value("seconds", "%.3f", seconds);
    text.value("questions/s", "%.3f", questionsPerSecond);
    text.value("of the bare engine", "%s", Text.percent(engineShare));
    text.blank();
  }
}
