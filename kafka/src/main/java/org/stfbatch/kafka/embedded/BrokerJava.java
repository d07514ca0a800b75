package org.stfbatch.kafka.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.server.ServerLog;

/** Runs the broker's programs from the jars of this program. */
final class BrokerJava {

  static final String BROKER = "kafka.Kafka";
  static final String FORMAT = "kafka.tools.StorageTool";

  private static final String LOGGING = "org/stfbatch/kafka/embedded/broker-logback.xml";

  private static final Pattern EXCEPTION = Pattern.compile("^Caused by:|Exception:");
  private static final Pattern ERROR = Pattern.compile("ERROR");

  /** Programs that end at once have no use for the optimising compiler. */
  private static final List<String> BRIEF = List.of("-XX:TieredStopAtLevel=1");

  private final Path workingFolder;

  /**
   * @param workingFolder where the programs run
   */
  BrokerJava(Path workingFolder) {
    this.workingFolder = workingFolder;
  }

  /**
   * Starts a program that goes on after this process ends. It gets a session of its own, so that a
   * Ctrl-C for this process does not reach it.
   */
  Process startDetached(File log, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(command(brokerOptions(), mainClass, arguments));
    return start(
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .redirectErrorStream(true));
  }

  /**
   * Runs a program to its end.
   *
   * @return what it wrote
   * @throws BrokerException if it failed
   */
  String run(String mainClass, String... arguments) {
    Process process =
        start(new ProcessBuilder(command(BRIEF, mainClass, arguments)).redirectErrorStream(true));
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new BrokerException(mainClass + " failed: " + complaint(text));
      }
      return text;
    } catch (IOException e) {
      throw new BrokerException(
          "cannot read what " + mainClass + " says (" + IoReason.of(e) + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while " + mainClass + " ran", e);
    }
  }

  /** The line that tells most about why a program failed. */
  static String complaint(String text) {
    return ServerLog.complaint(text, EXCEPTION, ERROR).orElse("it said nothing");
  }

  private Process start(ProcessBuilder builder) {
    try {
      return builder.directory(workingFolder.toFile()).redirectInput(new File("/dev/null")).start();
    } catch (IOException e) {
      throw new BrokerException(
          "cannot run " + builder.command().get(0) + " (" + IoReason.of(e) + ")", e);
    }
  }

  /** As Kafka's own scripts take them. */
  private static List<String> brokerOptions() {
    String options = System.getenv().getOrDefault("KAFKA_OPTS", "").strip();
    return options.isEmpty() ? List.of() : List.of(options.split("\\s+"));
  }

  private static List<String> command(List<String> options, String mainClass, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-Dlogback.configurationFile=" + LOGGING));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), mainClass));
    command.addAll(List.of(arguments));
    return command;
  }

  /** In absolute paths: the broker runs in another folder. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
