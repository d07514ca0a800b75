package org.stfbatch.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import org.stfbatch.cli.option.ModelOptions;

/**
 * Launcher script like the project's, for the classes under test. It limits JIT compilation,
 * because the commands of tests run only for seconds.
 */
public final class Launcher {
  private static final String SCRIPT =
      """
      #!/bin/sh
      exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.awt.headless=true -Dai.djl.offline=true -DOPT_OUT_TRACKING=true \
      -Dstfbatch.model='%s' %s org.stfbatch.cli.Main "$@"
      """;

  private Launcher() {}

  /** Writes the script and returns its path. */
  public static Path write(Path file) throws IOException {
    Files.writeString(
        file,
        SCRIPT.formatted(
            System.getProperty("java.home"),
            System.getProperty(ModelOptions.SHIPPED),
            ChildClasses.options().stream()
                .map(option -> "'" + option + "'")
                .collect(Collectors.joining(" "))));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
