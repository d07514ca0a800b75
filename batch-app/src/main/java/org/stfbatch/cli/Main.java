package org.stfbatch.cli;

import picocli.CommandLine;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Shutdown shutdown = new Shutdown();
    Runtime.getRuntime().addShutdownHook(new Thread(shutdown::onSignal, "shutdown"));
    int code = commandLine(shutdown).execute(args);
    shutdown.finished(code);
    System.exit(code);
  }

  static CommandLine commandLine(Shutdown shutdown) {
    StfBatchCommand root = new StfBatchCommand();
    CommandLine commandLine = new CommandLine(root, new CommandFactory(root, shutdown));
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new ErrorReport(root))
        .setUsageHelpAutoWidth(true);
  }
}
