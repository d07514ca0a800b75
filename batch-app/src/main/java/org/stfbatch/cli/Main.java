package org.stfbatch.cli;

import java.time.Duration;
import java.util.List;
import org.stfbatch.cli.live.HttpAddress;
import org.stfbatch.cli.option.ByteSize;
import org.stfbatch.cli.option.ChoiceOption;
import org.stfbatch.cli.option.TimeSpan;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.db.ChoiceTexts;
import picocli.CommandLine;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Shutdown shutdown = new Shutdown();
    Runtime.getRuntime().addShutdownHook(new Thread(shutdown::onSignal, "shutdown"));
    int code = run(commandLine(shutdown), args);
    shutdown.finished(code);
    System.exit(code);
  }

  /** Even when the machine runs out of memory there is one line and an exit code. */
  private static int run(CommandLine commandLine, String[] args) {
    try {
      return commandLine.execute(args);
    } catch (Error e) {
      System.err.println("stf-batch: " + e + " (--verbose shows where)");
      if (List.of(args).contains("--verbose")) {
        e.printStackTrace();
      }
      return ExitCode.FAILED;
    }
  }

  static CommandLine commandLine(Shutdown shutdown) {
    StfBatchCommand root = new StfBatchCommand();
    CommandLine commandLine = new CommandLine(root, new CommandFactory(root, shutdown));
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(ByteSize.class, ByteSize::parse)
        .registerConverter(HttpAddress.class, HttpAddress::parse)
        .registerConverter(Duration.class, TimeSpan::parse)
        .registerConverter(ChoiceTexts.class, ChoiceOption::parse)
        .setExecutionExceptionHandler(new ErrorReport(root))
        .setUsageHelpAutoWidth(true);
  }
}
