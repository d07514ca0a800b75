package org.stfbatch.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.stfbatch.db.RunInputStore;
import org.stfbatch.file.OutputException;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import org.stfbatch.storage.StorageException;

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

  /**
   * @param output null if the option is not given
   * @param storage tells whether an object exists
   * @throws OutputException if it is a question file or an image of a run
   */
  void requireSpared(String option, StorageAddress output, Storage storage) throws IOException {
    if (output instanceof StorageAddress.LocalFile file) {
      requireSpared(option, file.path());
    } else if (output instanceof StorageAddress.S3Object object && exists(object, storage)) {
      store
          .runWithObject(object.toString())
          .ifPresent(
              run -> {
                throw new OutputException(
                    "%s %s is an input of run %s, which would be lost: give another %s"
                        .formatted(option, object.displayName(), run, option));
              });
    }
  }

  private static boolean exists(StorageAddress.S3Object object, Storage storage)
      throws IOException {
    try {
      return storage.size(object) >= 0;
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.MISSING) {
        return false;
      }
      throw e;
    }
  }
}
