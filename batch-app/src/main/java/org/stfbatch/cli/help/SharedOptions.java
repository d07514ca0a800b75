package org.stfbatch.cli.help;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/**
 * The options that every command takes. They would fill half of each command's help: there they are
 * hidden, and told by topic.
 */
final class SharedOptions {
  private SharedOptions() {}

  /**
   * Hides them in the help of all commands below one. Its own are left alone: those below know them
   * by identity, and take their defaults again for values that were given if they do not.
   */
  static void hideBelow(CommandLine command) {
    for (CommandLine below : command.getSubcommands().values()) {
      hideBelow(below);
      CommandSpec spec = below.getCommandSpec();
      for (OptionSpec option : List.copyOf(spec.options())) {
        if (option.inherited() || option.versionHelp()) {
          spec.remove(option);
          // Local, since each command below has its own by now.
          spec.addOption(
              OptionSpec.builder(option).hidden(true).scopeType(ScopeType.LOCAL).build());
        }
      }
    }
  }

  /** What the help says of some of them. */
  static String list(CommandSpec root, List<String> names) {
    CommandSpec shown = CommandSpec.create();
    shown.usageMessage().autoWidth(true).sortOptions(false);
    for (String name : names) {
      shown.addOption(OptionSpec.builder(root.findOption(name)).hidden(false).build());
    }
    return new CommandLine(shown).getHelp().optionList();
  }
}
