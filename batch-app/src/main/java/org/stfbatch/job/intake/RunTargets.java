package org.stfbatch.job.intake;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.db.ImageJobStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.SourceKind;
import org.stfbatch.job.AllowedFolders;

/** Finds the runs that messages name, and makes those that are new. For one thread. */
final class RunTargets {
  private final RunStore runs;
  private final ImageJobStore jobs;
  private final String topic;
  private final AllowedFolders folders;
  private final Run usual;
  private final Map<String, Run> named = new HashMap<>();
  private final Map<Key, Target> targets = new HashMap<>();

  /** A run, and the topic as a source of its jobs. */
  record Target(long runId, long sourceId) {}

  private record Key(long runId, Path imageFolder) {}

  /**
   * @param usual the run of messages that name none
   */
  RunTargets(RunStore runs, ImageJobStore jobs, String topic, AllowedFolders folders, Run usual) {
    this.runs = runs;
    this.jobs = jobs;
    this.topic = topic;
    this.folders = folders;
    this.usual = usual;
  }

  /** Where the images may be that messages name. */
  AllowedFolders folders() {
    return folders;
  }

  /**
   * A run with images below the folder of relative names.
   *
   * @throws IllegalArgumentException if no run can have that name
   */
  Target of(Optional<String> run) {
    return of(run, folders.base());
  }

  /**
   * @param imageFolder one of the folders
   * @throws IllegalArgumentException if no run can have that name
   */
  Target of(Optional<String> run, Path imageFolder) {
    long runId =
        run.map(name -> named.computeIfAbsent(name, runs::findOrCreate)).orElse(usual).runId();
    return targets.computeIfAbsent(new Key(runId, imageFolder), this::target);
  }

  private Target target(Key key) {
    long source = jobs.sourceId(key.runId(), SourceKind.KAFKA, topic, key.imageFolder().toString());
    return new Target(key.runId(), source);
  }
}
