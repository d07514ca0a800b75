package org.stfbatch.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import org.stfbatch.cli.service.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints what is wrong with a command line in one line, with suggestions and a reference to the
 * help. The usage precedes it only where a subcommand is missing.
 */
final class UsageReport implements IParameterExceptionHandler {
  private static final int SUGGESTIONS = 3;

  private final StfBatchCommand root;

  UsageReport(StfBatchCommand root) {
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    if (!(error instanceof UnmatchedArgumentException) && !command.getSubcommands().isEmpty()) {
      command.usage(err);
    }
    String message = message(error).lines().findFirst().orElse("");
    err.println(
        "stf-batch: "
            + root.secrets(List.of(arguments)).hide(message)
            + suggestion(error)
            + " ("
            + command.getCommandSpec().qualifiedName()
            + " --help tells more)");
    err.flush();
    return ExitCode.UNUSABLE;
  }

  /**
   * Returns the message. Arguments after an unknown option may be its values and are not reported
   * as errors.
   */
  private static String message(ParameterException error) {
    if (error instanceof UnmatchedArgumentException unmatched
        && unmatched.getUnmatched().get(0).startsWith("-")) {
      List<String> options =
          unmatched.getUnmatched().stream().filter(name -> name.startsWith("-")).toList();
      return "Unknown option%s: '%s'"
          .formatted(options.size() == 1 ? "" : "s", String.join("', '", options));
    }
    return error.getMessage();
  }

  private static String suggestion(ParameterException error) {
    if (!(error instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    String given = unmatched.getUnmatched().get(0);
    List<String> similar =
        unmatched.getSuggestions().stream()
            .sorted(Comparator.comparing(name -> !name.startsWith(given)))
            .limit(SUGGESTIONS)
            .toList();
    return similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
  }
}
