package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs the scripts of the project with the packaged program. */
final class Scripts {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  private final Path folder;

  /**
   * @param folder folder for their output
   */
  Scripts(Path folder) {
    this.folder = folder;
  }

  /** Returns the output of a command line that must succeed. */
  String ok(String command) throws IOException, InterruptedException {
    Path printed = Files.createTempFile(folder, "script", ".out");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(PROJECT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile());
    // Most commands of the scripts end before the optimising compiler pays off.
    builder.environment().put("JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    Process script = builder.start();
    int exitCode = script.waitFor();
    String output = Files.readString(printed);
    assertThat(exitCode).as(output).isZero();
    return output;
  }
}
