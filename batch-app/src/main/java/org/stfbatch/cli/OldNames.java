package org.stfbatch.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Accepts the option names of older versions, so that command lines in crontabs and unit files keep
 * working. The help shows only the current names.
 */
final class OldNames implements IParameterPreprocessor {
  private static final Map<String, Map<String, String>> OF_COMMANDS =
      Map.of(
          "infer",
          Map.of("--image-folder", "--images", "--health-port", "--http"),
          "evaluate",
          Map.of("--health-port", "--http"),
          "listen",
          Map.of("--folder", "--images", "--image-folder", "--images", "--health-port", "--http"),
          "intake",
          Map.of("--image-folder", "--images", "--max-jobs", "--limit"),
          "produce",
          Map.of("--file", "--questions"));

  private final Map<String, String> renamed;

  private OldNames(Map<String, String> renamed) {
    this.renamed = renamed;
  }

  /** Makes a command accept them. */
  static void accept(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    Map<String, String> renamed = OF_COMMANDS.get(spec.name());
    if (renamed != null) {
      spec.preprocessor(new OldNames(renamed));
    }
    command.getSubcommands().values().forEach(OldNames::accept);
  }

  @Override
  public boolean preprocess(
      Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> info) {
    arguments.replaceAll(this::renamed);
    return false;
  }

  private String renamed(String argument) {
    int end = argument.indexOf('=');
    String name = end < 0 ? argument : argument.substring(0, end);
    return renamed.getOrDefault(name, name) + argument.substring(name.length());
  }
}
