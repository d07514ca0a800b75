package org.stfbatch.bench;

import java.util.List;

/**
 * What the runner did with an engine that answers at once.
 *
 * @param jobs stored
 * @param chunk answers that were committed together
 * @param answered of them
 * @param failed of them
 * @param ingestSeconds storing the jobs
 * @param ingestedPerSecond jobs by these
 * @param inferSeconds answering them, from the start of the job to its end
 * @param jobsPerSecond jobs by these: the runner's ceiling
 * @param memory on the way
 * @param costs of the run when it is answered
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
   * The process's memory, without the database's.
   *
   * @param percent of the jobs that were done at least
   * @param done jobs
   * @param heapBytes that were in use after a garbage collection
   * @param residentBytes of the process
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
