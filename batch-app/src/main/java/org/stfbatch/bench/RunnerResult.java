package org.stfbatch.bench;

import java.util.List;

/**
 * Throughput of the runner with an engine that answers immediately.
 *
 * @param jobs stored jobs
 * @param chunk number of answers per commit
 * @param answered number of answered jobs
 * @param failed number of failed jobs
 * @param ingestSeconds time of storing the jobs
 * @param ingestedPerSecond stored jobs per second
 * @param inferSeconds time of answering them, from the start of the job to its end
 * @param jobsPerSecond answered jobs per second: the runner's maximum
 * @param memory samples during the run
 * @param costs of the finished run
 */
public record RunnerResult(
    int jobs,
    int chunk,
    long answered,
    long failed,
    double ingestSeconds,
    double ingestedPerSecond,
    double inferSeconds,
    double jobsPerSecond,
    List<Reading> memory,
    RunCosts costs) {
  public RunnerResult {
    memory = List.copyOf(memory);
  }

  /**
   * Memory sample of this process, without the database's.
   *
   * @param percent of the jobs that were done at least
   * @param done number of finished jobs
   * @param heapBytes used heap after a garbage collection
   * @param residentBytes resident memory of the process
   */
  public record Reading(int percent, long done, long heapBytes, long residentBytes) {}

  void print(Text text) {
    text.line(
        "runner: %d text-only jobs, chunks of %d, an engine that answers at once", jobs, chunk);
    text.value("answered", "%d", answered);
    text.value("failed", "%d", failed);
    text.value("ingest seconds", "%.2f", ingestSeconds);
    text.value("ingested/s", "%.0f", ingestedPerSecond);
    text.value("infer seconds", "%.2f", inferSeconds);
    text.value("jobs/s", "%.0f", jobsPerSecond);
    costs.print(text);
    text.blank();
    text.row("done", "jobs", "heap after GC", "resident");
    for (Reading reading : memory) {
      text.row(
          reading.percent() + " %",
          reading.done(),
          Text.bytes(reading.heapBytes()),
          Text.bytes(reading.residentBytes()));
    }
    text.blank();
  }
}
