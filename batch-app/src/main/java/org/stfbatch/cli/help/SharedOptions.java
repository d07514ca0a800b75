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

  /** Hides them in the help of a command and of all below it. */
  static void hide(CommandLine command) {
    command.getSubcommands().values().forEach(SharedOptions::hide);
    CommandSpec spec = command.getCommandSpec();
    for (OptionSpec option : List.copyOf(spec.options())) {
      if (isShared(option) || option.versionHelp() && spec.parent() != null) {
        spec.remove(option);
        // Local, since each command below has its own by now.
        spec.addOption(OptionSpec.builder(option).hidden(true).scopeType(ScopeType.LOCAL).build());
      }
    }
  }

  private static boolean isShared(OptionSpec option) {
    return option.inherited() || option.scopeType() == ScopeType.INHERIT;
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
