package org.stfbatch.cli.help;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code help}: shows the help of a command or a topic. */
@Command(
    name = "help",
    description = "Shows the help of a command, or of a topic: database, logs.",
    footer = {
      "  stf-batch help infer",
      "  stf-batch help model fetch",
      "  stf-batch help database"
    })
public final class HelpCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "A command, as in \"help kafka tail\", or a topic.")
  private List<String> names = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    Optional<HelpTopic> topic =
        names.size() == 1 ? HelpTopic.named(names.get(0)) : Optional.empty();
    System.out.print(
        topic.isPresent()
            ? topic.get().text(root.getCommandSpec())
            : command(root).getUsageMessage());
    return 0;
  }

  private CommandLine command(CommandLine root) {
    CommandLine found = root;
    for (String name : names) {
      CommandLine next = found.getSubcommands().get(name);
      if (next == null) {
        // picocli adds similar command names to this exception.
        throw new UnmatchedArgumentException(found, List.of(name)) {
          private static final long serialVersionUID = 1;

          @Override
          public String getMessage() {
            return "there is no command \"%s\", nor a topic; topics are %s"
                .formatted(name, HelpTopic.titles());
          }
        };
      }
      found = next;
    }
    return found;
  }
}
