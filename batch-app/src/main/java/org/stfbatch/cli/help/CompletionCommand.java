package org.stfbatch.cli.help;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.stfbatch.cli.option.GivenAddress;
import org.stfbatch.cli.option.OutputFile;
import org.stfbatch.file.WholeFile;
import org.stfbatch.storage.StorageAddress;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes what a shell needs to complete command lines. */
@Command(
    name = "completion",
    description =
        "Writes a script with which bash completes commands and options; for this shell: source <(stf-batch completion).",
    footer = {
      "  stf-batch completion",
      "  stf-batch completion --out ~/.local/share/bash-completion/completions/stf-batch"
    })
public final class CompletionCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "Where to. Default: standard output")
  private OutputFile out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandSpec program = spec.root();
    String script = AutoComplete.bash(program.name(), new CommandLine(offered(program)));
    if (out.isStandardOutput()) {
      System.out.print(script);
    } else {
      WholeFile.write(out.path(), file -> file.write(script.getBytes(StandardCharsets.UTF_8)));
    }
    return 0;
  }

  /** A copy of a command and all below it, of which the script offers more. */
  private static CommandSpec offered(CommandSpec command) {
    CommandSpec copy = CommandSpec.create().name(command.name());
    command.options().forEach(option -> copy.addOption(offered(option)));
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      copy.addPositional(PositionalParamSpec.builder(parameter).build());
    }
    command
        .subcommands()
        .forEach((name, below) -> copy.addSubcommand(name, offered(below.getCommandSpec())));
    return copy;
  }

  /**
   * The script leaves out what is hidden, as shared options are in the help; offers files for paths
   * alone, and values as their constants are written; and mixes up the values of options that call
   * them alike.
   */
  private static OptionSpec offered(OptionSpec option) {
    boolean isFile =
        option.type().equals(OutputFile.class)
            || option.type().equals(StorageAddress.class)
            || option.type().equals(GivenAddress.class);
    OptionSpec.Builder copy =
        OptionSpec.builder(option.names())
            .arity(option.arity())
            .type(isFile ? Path.class : option.type())
            .auxiliaryTypes(isFile ? new Class<?>[] {Path.class} : option.auxiliaryTypes())
            .paramLabel(option.longestName().replaceFirst("^-+", ""));
    if (option.type().isEnum()) {
      List<String> values =
          Stream.of(option.type().getEnumConstants())
              .map(value -> value.toString().toLowerCase(Locale.ROOT))
              .toList();
      copy.completionCandidates(values);
    }
    return copy.build();
  }
}
