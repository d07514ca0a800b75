package org.stfbatch.cli.live;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Main class of a child process with a server: the JDK reads its limits once per process, and other
 * tests also start servers.
 */
final class ServeUntilInputEnds {
  private ServeUntilInputEnds() {}

  static Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ServeUntilInputEnds.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  public static void main(String[] arguments) throws IOException {
    try (HealthServer server =
        new HealthServer(
            new HttpAccess(
                HttpAddress.parse("127.0.0.1:0"),
                new AcceptedHosts("127.0.0.1", List.of()),
                AccessToken.none()),
            new ProcessState(() -> true, () -> "working", List::of))) {
      System.out.println(server.port());
      System.in.readAllBytes();
    }
  }
}
