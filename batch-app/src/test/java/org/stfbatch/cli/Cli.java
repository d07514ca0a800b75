package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.db.DatabaseSettings;

/** Runs the program's commands in this JVM and captures their output. */
final class Cli {
  private static final Pattern LOGGED_ERROR = Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT\\S+ ERROR ");

  private final List<String> globalOptions;

  private Cli(List<String> globalOptions) {
    this.globalOptions = globalOptions;
  }

  /** Creates one whose commands use this database. */
  static Cli on(DatabaseSettings database) {
    return new Cli(
        List.of(
            "--db-url",
            database.url(),
            "--db-user",
            database.user(),
            "--db-password",
            database.password()));
  }

  /** Creates one whose commands get these options and no others. */
  static Cli with(String... globalOptions) {
    return new Cli(List.of(globalOptions));
  }

  /** Runs a command; arguments may be paths. */
  Ran run(Object... command) {
    List<String> arguments = new ArrayList<>(globalOptions);
    for (Object argument : command) {
      arguments.add(argument.toString());
    }
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      String[] args = arguments.toArray(String[]::new);
      int code = Main.commandLine(new Shutdown(), args).execute(args);
      System.out.flush();
      System.err.flush();
      return new Ran(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  /** Runs a command that must succeed, and returns its standard output. */
  String ok(Object... command) {
    Ran ran = run(command);
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out();
  }

  /**
   * A command that has ended.
   *
   * @param code its exit code
   * @param out what it wrote to standard output
   * @param err what it wrote to standard error
   */
  record Ran(int code, String out, String err) {
    /** Asserts that it failed with a one-line message and no other output. */
    void complainsInOneLine(int expectedCode, String... parts) {
      assertThat(code).as(err).isEqualTo(expectedCode);
      assertThat(err.lines().filter(Ran::isComplaint))
          .as(err)
          .hasSize(1)
          .allSatisfy(line -> assertThat(line).contains(parts));
      assertThat(err).doesNotContain("\tat ").doesNotContain("Caused by").doesNotContain("null");
    }

    /** Returns whether a line is an error message, plain or in the log format. */
    private static boolean isComplaint(String line) {
      return line.startsWith("stf-batch: ") || LOGGED_ERROR.matcher(line).find();
    }
  }
}
