package org.stfbatch.job.intake;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.SourceKind;

/** Finds the runs that messages name, and makes those that are new. For one thread. */
final class RunTargets {
  private final RunStore runs;
  private final ImageJobStore jobs;
  private final String topic;
  private final Path imageFolder;
  private final Target usual;
  private final Map<String, Target> named = new HashMap<>();

  /** A run, and the topic as a source of its jobs. */
  record Target(long runId, long sourceId) {}

  /**
   * @param usual the run of messages that name none
   */
  RunTargets(RunStore runs, ImageJobStore jobs, String topic, Path imageFolder, Run usual) {
    this.runs = runs;
    this.jobs = jobs;
    this.topic = topic;
    this.imageFolder = imageFolder;
    this.usual = target(usual);
  }

  /**
   * @throws IllegalArgumentException if no run can have that name
   */
  Target of(Optional<String> run) {
    return run.isEmpty()
        ? usual
        : named.computeIfAbsent(run.get(), name -> target(runs.findOrCreate(name)));
  }

  private Target target(Run run) {
    long source = jobs.sourceId(run.runId(), SourceKind.KAFKA, topic, imageFolder.toString());
    return new Target(run.runId(), source);
  }
}
