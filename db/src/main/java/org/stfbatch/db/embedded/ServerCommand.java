package org.stfbatch.db.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.stfbatch.base.IoReason;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.server.ServerLog;

/**
 * Runs PostgreSQL's programs, which refuse to run as root. Root runs them in a user namespace in
 * which nobody is root; the files still belong to root outside.
 */
final class ServerCommand {

  private static final List<String> AS_NOBODY = List.of("unshare", "--user");
  private static final Pattern FAILURE = Pattern.compile("FATAL:|error:");

  /** PostgreSQL's own tools put paths into shell commands, between double quotes. */
  private static final Pattern UNQUOTABLE = Pattern.compile("[\"$`\\\\\\p{Cntrl}]");

  private final Path workingFolder;

  /**
   * @param workingFolder where the programs run; paths that they are given are below it
   * @throws DatabaseException if they cannot take its path
   */
  ServerCommand(Path workingFolder) {
    this.workingFolder = workingFolder;
    if (UNQUOTABLE.matcher(workingFolder.toString()).find()) {
      throw new DatabaseException(
          "the path "
              + workingFolder
              + " has a character that PostgreSQL's tools cannot take (\" $ ` \\ or a control"
              + " character); choose another home");
    }
  }

  /**
   * How a program ended.
   *
   * @param exitCode 0 for success
   * @param output what it wrote
   */
  record Result(int exitCode, String output) {

    boolean succeeded() {
      return exitCode == 0;
    }

    /** The line that tells most about a failure. */
    String complaint() {
      return ServerLog.complaint(output, FAILURE).orElse("exit code " + exitCode);
    }
  }

  /** Runs a program to its end, with nothing to read. */
  Result run(Path program, String... arguments) {
    return run(ProcessBuilder.Redirect.from(new File("/dev/null")), program, arguments);
  }

  /** Runs a program to its end. */
  Result run(ProcessBuilder.Redirect input, Path program, String... arguments) {
    List<String> command = new ArrayList<>(isRoot() ? AS_NOBODY : List.of());
    command.add(program.toString());
    command.addAll(List.of(arguments));
    try {
      return execute(command, input);
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot run "
              + program
              + "; the home folder must be on a file system that allows programs ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /**
   * @throws DatabaseException if this user cannot run PostgreSQL on this system
   */
  void requireUnprivileged() {
    if (isRoot() && !canBeNobody()) {
      throw new DatabaseException(
          "PostgreSQL refuses to run as root, and this system does not let root become nobody"
              + " (unshare --user fails); run as another user, or give the URL of a PostgreSQL"
              + " server");
    }
  }

  /** The user that owns a file and, for {@code /proc/self}, the user that this process runs as. */
  static int owner(Path path) {
    try {
      return (Integer) Files.getAttribute(path, "unix:uid");
    } catch (IOException e) {
      throw new DatabaseException("cannot see who owns " + path + " (" + IoReason.of(e) + ")", e);
    }
  }

  static int currentUser() {
    return owner(Path.of("/proc/self"));
  }

  private static boolean isRoot() {
    return currentUser() == 0;
  }

  private boolean canBeNobody() {
    List<String> command = new ArrayList<>(AS_NOBODY);
    command.add("true");
    try {
      return execute(command, ProcessBuilder.Redirect.from(new File("/dev/null"))).succeeded();
    } catch (IOException e) {
      return false;
    }
  }

  private Result execute(List<String> command, ProcessBuilder.Redirect input) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(workingFolder.toFile())
            .redirectInput(input)
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseException("interrupted while " + command.get(0) + " ran", e);
    }
  }
}
