package org.stfbatch.cli;

import java.time.Duration;
import java.util.List;
import org.stfbatch.cli.console.Log;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.console.StatusLine;
import org.stfbatch.cli.console.Terminal;
import org.stfbatch.cli.help.HelpLayout;
import org.stfbatch.cli.live.HttpAddress;
import org.stfbatch.cli.option.AddressOption;
import org.stfbatch.cli.option.ByteSize;
import org.stfbatch.cli.option.ChoiceOption;
import org.stfbatch.cli.option.GivenAddress;
import org.stfbatch.cli.option.MaxFailedOption;
import org.stfbatch.cli.option.OutputFile;
import org.stfbatch.cli.option.RepetitionDetectionOption;
import org.stfbatch.cli.option.TimeSpan;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.InterruptSignal;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.engine.RepetitionDetection;
import org.stfbatch.job.MaxFailed;
import org.stfbatch.secret.Secrets;
import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Entry point of the command line. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Unless this is empty, Java's HTTP client sends no Basic credentials to a proxy for a TLS
    // tunnel.
    System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    if (Terminal.ERR.isThere()) {
      System.setErr(StatusLine.on(System.err));
    }
    Shutdown shutdown = new Shutdown();
    Runtime.getRuntime().addShutdownHook(new Thread(shutdown::onSignal, "shutdown"));
    InterruptSignal.handle(shutdown::onInterrupt);
    int code = run(commandLine(shutdown, args), args);
    shutdown.finished(code);
    System.exit(code);
  }

  /** Runs a command; an OutOfMemoryError also becomes one line and an exit code. */
  private static int run(CommandLine commandLine, String[] args) {
    try {
      return written(commandLine.execute(args));
    } catch (Error e) {
      System.err.println("stf-batch: " + message(e));
      if (List.of(args).contains("--verbose")) {
        e.printStackTrace();
      }
      return ExitCode.FAILED;
    }
  }

  private static String message(Error e) {
    return e instanceof OutOfMemoryError
        ? "out of memory ("
            + e.getMessage()
            + "): give more with -Xmx, for example JAVA_OPTS=-Xmx4g"
        : Secrets.mask(e.toString()) + " (--verbose shows where)";
  }

  /**
   * Returns the exit code, or 1 if writing to standard output failed: PrintStream reports no errors
   * by itself.
   */
  private static int written(int code) {
    if (!System.out.checkError()) {
      return code;
    }
    System.err.println(
        "stf-batch: cannot write to standard output: what reads it is gone, or its disk is full");
    return code == 0 ? ExitCode.FAILED : code;
  }

  private static void beginLog(Log log, ParseResult parsed) {
    List<CommandLine> chosen = parsed.asCommandLineList();
    if (chosen.get(chosen.size() - 1).getCommand() instanceof Logged command) {
      command.loggedRun().ifPresent(log::about);
      log.begin();
    }
  }

  /** Returns the command line with the commands that the arguments may mean. */
  static CommandLine commandLine(Shutdown shutdown, String[] args) {
    StfBatchCommand root = new StfBatchCommand();
    CommandLine commandLine = bare(root, shutdown);
    Commands.addMeant(commandLine, args);
    return configured(root, commandLine);
  }

  /** Returns the command line with all commands. */
  static CommandLine commandLine(Shutdown shutdown) {
    StfBatchCommand root = new StfBatchCommand();
    CommandLine commandLine = bare(root, shutdown);
    Commands.addAll(commandLine);
    return configured(root, commandLine);
  }

  private static CommandLine bare(StfBatchCommand root, Shutdown shutdown) {
    return new CommandLine(root, new CommandFactory(root, shutdown));
  }

  private static CommandLine configured(StfBatchCommand root, CommandLine commandLine) {
    HelpLayout.apply(commandLine);
    OldNames.accept(commandLine);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(ByteSize.class, ByteSize::parse)
        .registerConverter(OutputFile.class, OutputFile::parse)
        .registerConverter(StorageAddress.class, AddressOption::parse)
        .registerConverter(GivenAddress.class, GivenAddress::new)
        .registerConverter(HttpAddress.class, HttpAddress::parse)
        .registerConverter(Duration.class, TimeSpan::parse)
        .registerConverter(MaxFailed.class, MaxFailedOption::parse)
        .registerConverter(ChoiceTexts.class, ChoiceOption::parse)
        .registerConverter(RepetitionDetection.class, RepetitionDetectionOption::parse)
        .setParameterExceptionHandler(new UsageReport(root))
        .setExecutionExceptionHandler(new ErrorReport(root))
        .setExecutionStrategy(
            parsed -> {
              root.stores().provideLibraryCache();
              beginLog(root.log(), parsed);
              return new CommandLine.RunLast().execute(parsed);
            })
        .setUsageHelpAutoWidth(true);
  }
}
