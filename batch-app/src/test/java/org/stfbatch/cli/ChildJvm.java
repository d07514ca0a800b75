package org.stfbatch.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.testing.ChildClasses;

/** The program in a child process that can be killed and measured. */
final class ChildJvm implements AutoCloseable {
  private static final long POLL_MILLIS = 2;
  private static final Pattern PORT = Pattern.compile("serving http://.*:(\\d+)/ ");

  private final Process process;
  private final Path out;
  private final Path err;
  private final long started = System.nanoTime();

  private ChildJvm(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  static ChildJvm start(Path folder, DatabaseSettings database, Object... command) {
    return start(folder, database, List.of("-XX:TieredStopAtLevel=1"), path -> path, command);
  }

  /**
   * @param folder folder for its output
   * @param database database in its environment
   * @param jvmOptions in addition to those of the launcher
   * @param classPath derives its class path from that of this JVM
   */
  static ChildJvm start(
      Path folder,
      DatabaseSettings database,
      List<String> jvmOptions,
      UnaryOperator<String> classPath,
      Object... command) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true"));
    line.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
    line.addAll(jvmOptions);
    String own = System.getProperty("java.class.path");
    String derived = classPath.apply(own);
    line.addAll(derived.equals(own) ? ChildClasses.options() : List.of("-cp", derived));
    line.add(Main.class.getName());
    for (Object argument : command) {
      line.add(argument.toString());
    }
    try {
      Path out = Files.createTempFile(folder, "child", ".out");
      Path err = Files.createTempFile(folder, "child", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().put("LC_ALL", "C.UTF-8");
      // For such a small model, more threads only add synchronization.
      builder.environment().put("OMP_NUM_THREADS", "1");
      builder.environment().put("STF_BATCH_DB_URL", database.url());
      builder.environment().put("STF_BATCH_DB_USER", database.user());
      builder.environment().put("STF_BATCH_DB_PASSWORD", database.password());
      return new ChildJvm(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for a condition.
   *
   * @return false if the process ended before the condition held
   */
  boolean runsUntil(BooleanSupplier event) throws InterruptedException {
    while (!event.getAsBoolean()) {
      if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Lets it run for the given time. */
  void runsFor(long micros) throws InterruptedException {
    process.waitFor(micros, TimeUnit.MICROSECONDS);
  }

  /** Kills it (SIGKILL). */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Suspends it (SIGSTOP) until {@link #wake}. */
  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Resumes it (SIGCONT). */
  void wake() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", name, String.valueOf(process.pid())).start().waitFor();
  }

  /** Terminates it (SIGTERM). */
  void terminate() {
    process.destroy();
  }

  /** Waits for its end and returns its exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      throw new AssertionError("the process does not end:\n" + out() + err());
    }
    return process.exitValue();
  }

  double secondsSinceStart() {
    return (System.nanoTime() - started) / 1e9;
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  /** Returns an address of its HTTP server. */
  URI page(String path) {
    Matcher port = PORT.matcher(err());
    if (!port.find()) {
      throw new AssertionError("it does not say its port:\n" + err());
    }
    return URI.create("http://127.0.0.1:" + port.group(1) + path);
  }

  /** Sends a GET request to its HTTP server. */
  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(page(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it if it still runs. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
