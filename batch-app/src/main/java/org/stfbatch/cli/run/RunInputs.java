package org.stfbatch.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.stfbatch.db.RunInputStore;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;

/** The input files of all runs, which no output may overwrite. */
final class RunInputs {
  private final RunInputStore store;

  RunInputs(DataSource dataSource) {
    this.store = new RunInputStore(dataSource);
  }

  /**
   * @param output null if the option is not given
   * @throws OutputException if it is a question file or an image of a run
   */
  void requireSpared(String option, Path output) {
    if (output == null || !Files.isRegularFile(output)) {
      return;
    }
    OutputPaths paths = new OutputPaths().writes(option, output);
    store
        .questionFiles()
        .forEach(input -> paths.reads("the question file of run " + input.run(), input.file()));
    paths.check();
    store
        .runWithImage(output.toAbsolutePath().normalize())
        .ifPresent(
            run -> {
              throw new OutputException(
                  "%s %s is an image of run %s, which would be lost: give another %s"
                      .formatted(option, output, run, option));
            });
  }
}
