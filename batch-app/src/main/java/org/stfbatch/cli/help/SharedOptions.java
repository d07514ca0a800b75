package org.stfbatch.cli.help;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/**
 * The options of all commands. The help of a command hides them, because they would fill half of
 * it; the topics show them.
 */
final class SharedOptions {
  private SharedOptions() {}

  /**
   * Hides the shared options in the help of all subcommands. The root's options stay unchanged:
   * subcommands know them by identity, and would reset given values to their defaults otherwise.
   */
  static void hideBelow(CommandLine command) {
    for (CommandLine below : command.getSubcommands().values()) {
      hideBelow(below);
      CommandSpec spec = below.getCommandSpec();
      for (OptionSpec option : List.copyOf(spec.options())) {
        if (option.inherited() || option.versionHelp()) {
          spec.remove(option);
          // Local scope: each subcommand below has its own copy already.
          spec.addOption(
              OptionSpec.builder(option).hidden(true).scopeType(ScopeType.LOCAL).build());
        }
      }
    }
  }

  /** Returns the help of the named options. */
  static String list(CommandSpec root, List<String> names) {
    CommandSpec shown = CommandSpec.create();
    shown.usageMessage().autoWidth(true).sortOptions(false);
    for (String name : names) {
      shown.addOption(OptionSpec.builder(root.findOption(name)).hidden(false).build());
    }
    return new CommandLine(shown).getHelp().optionList();
  }
}
