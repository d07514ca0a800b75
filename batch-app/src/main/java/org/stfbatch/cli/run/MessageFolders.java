package org.stfbatch.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.job.InputException;
import picocli.CommandLine.Option;

/**
 * The folders whose files messages and triggers may name, besides the base folder of relative
 * paths.
 */
final class MessageFolders {
  @Option(
      names = "--allow-folder",
      paramLabel = "DIR",
      description =
          "A folder whose files messages may name by absolute paths; may be repeated. Without it, only"
              + " paths below the base folder of relative paths are accepted.")
  private List<Path> others = List.of();

  /**
   * @param base base folder of relative paths, if it is given; else the current folder
   * @param option option that sets it, for messages
   * @throws InputException if a folder does not exist, or if the current one would allow every file
   */
  AllowedFolders from(Optional<Path> base, String option) {
    Path folder = base.orElse(Path.of("")).toAbsolutePath().normalize();
    if (base.isEmpty() && folder.getParent() == null) {
      throw new InputException(
          "the current folder is %s, below which messages could name every file: name their folder with %s"
              .formatted(folder, option));
    }
    require(folder, option);
    others.forEach(other -> require(other, "--allow-folder"));
    return new AllowedFolders(folder, others);
  }

  private static void require(Path folder, String option) {
    if (!Files.isDirectory(folder)) {
      throw new InputException("the folder " + folder + " is not there: check " + option);
    }
  }
}
