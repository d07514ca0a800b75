package org.stfbatch.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunInputStore;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;

/** The files that a run's jobs came from, which what is written about the run must not replace. */
final class RunInputs {
  private final RunInputStore store;
  private final Run run;

  RunInputs(DataSource dataSource, Run run) {
    this.store = new RunInputStore(dataSource);
    this.run = run;
  }

  /**
   * @param output null if none was asked for
   * @throws OutputException if it is one of the run's question files or images
   */
  void requireSpared(String option, Path output) {
    if (output == null || !Files.isRegularFile(output)) {
      return;
    }
    OutputPaths paths = new OutputPaths().writes(option, output);
    store
        .questionFiles(run.runId())
        .forEach(file -> paths.reads("the question file of run " + run.name(), file));
    paths.check();
    if (store.isImage(run.runId(), output.toAbsolutePath().normalize())) {
      throw new OutputException(
          "%s %s is an image of run %s, which would be lost: give another %s"
              .formatted(option, output, run.name(), option));
    }
  }
}
