package org.stfbatch.cli.help;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Layout of the help: commands grouped by purpose, a command's own options, one line about shared
 * options, examples, exit codes.
 */
public final class HelpLayout {
  private static final List<String> OWN = List.of("--help", "--version");
  private static final String SHARED = "sharedOptions";

  private HelpLayout() {}

  /** Applies the layout to a command and all its subcommands. */
  public static void apply(CommandLine root) {
    SharedOptions.hideBelow(root);
    root.getCommandSpec().usageMessage().customSynopsis("stf-batch COMMAND [OPTIONS]");
    root.setHelpSectionMap(sections(root));
    root.setHelpSectionKeys(order(root.getHelpSectionKeys()));
  }

  private static Map<String, IHelpSectionRenderer> sections(CommandLine root) {
    Map<String, IHelpSectionRenderer> sections = new HashMap<>(root.getHelpSectionMap());
    sections.put(SHARED, help -> shared());
    sections.put(
        UsageMessageSpec.SECTION_KEY_OPTION_LIST,
        help -> isRoot(help) ? SharedOptions.list(help.commandSpec(), OWN) : help.optionList());
    sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, HelpLayout::examples);
    sections.put(
        UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
        help -> isRoot(help) ? "" : help.commandListHeading());
    sections.put(
        UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
        help -> isRoot(help) ? CommandGroup.list(help) : help.commandList());
    return sections;
  }

  /** Returns the examples without line wrapping, so that they can be copied. */
  private static String examples(Help help) {
    String[] lines = help.commandSpec().usageMessage().footer();
    return String.format(String.join("%n", lines) + "%n");
  }

  private static boolean isRoot(Help help) {
    return help.commandSpec().parent() == null;
  }

  private static String shared() {
    return String.format(
        "%nOptions of all commands for servers and logs: stf-batch help database, stf-batch help"
            + " logs%n");
  }

  private static List<String> order(List<String> usual) {
    List<String> keys = new ArrayList<>(usual);
    List<String> examples =
        List.of(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING, UsageMessageSpec.SECTION_KEY_FOOTER);
    keys.removeAll(examples);
    keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_COMMAND_LIST) + 1, SHARED);
    keys.addAll(keys.indexOf(SHARED) + 1, examples);
    return keys;
  }
}
