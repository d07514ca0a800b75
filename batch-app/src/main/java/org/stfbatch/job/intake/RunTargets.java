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

/** Resolves the runs that messages name, and creates new ones. For one thread. */
final class RunTargets {
  private final RunStore runs;
  private final ImageJobStore jobs;
  private final String topic;
  private final AllowedFolders folders;
  private final Run defaultRun;
  private final Map<String, Run> named = new HashMap<>();
  private final Map<Key, Target> targets = new HashMap<>();

  /** A run and the source id of the topic in it. */
  record Target(long runId, long sourceId) {}

  private record Key(long runId, Path imageFolder) {}

  /**
   * @param defaultRun the run of messages that name none
   */
  RunTargets(
      RunStore runs, ImageJobStore jobs, String topic, AllowedFolders folders, Run defaultRun) {
    this.runs = runs;
    this.jobs = jobs;
    this.topic = topic;
    this.folders = folders;
    this.defaultRun = defaultRun;
  }

  /** Returns the folders that the images named by messages may be in. */
  AllowedFolders folders() {
    return folders;
  }

  /**
   * Returns the target of a run with images below the base folder.
   *
   * @throws IllegalArgumentException if the run's name is not valid
   */
  Target of(Optional<String> run) {
    return of(run, folders.base());
  }

  /**
   * Returns the target of a run with images below a folder.
   *
   * @param imageFolder one of the allowed folders
   * @throws IllegalArgumentException if the run's name is not valid
   */
  Target of(Optional<String> run, Path imageFolder) {
    long runId =
        run.map(name -> named.computeIfAbsent(name, runs::findOrCreate)).orElse(defaultRun).runId();
    return targets.computeIfAbsent(new Key(runId, imageFolder), this::target);
  }

  private Target target(Key key) {
    long source = jobs.sourceId(key.runId(), SourceKind.KAFKA, topic, key.imageFolder().toString());
    return new Target(key.runId(), source);
  }
}
