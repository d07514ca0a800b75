package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.cli.service.Shutdown;
import picocli.CommandLine;

/**
 * A command line registers the commands that it may mean, and no command that it means is missed.
 */
final class CommandsTest {
  @Test
  void theCommandThatIsNamedIsEnough() {
    assertThat(registered("infer", "--run", "nightly")).containsExactly("infer");
  }

  @Test
  void aValueThatIsCalledLikeACommandHidesNoCommand() {
    assertThat(registered("--home", "run", "status", "--run", "export"))
        .containsExactlyInAnyOrder("run", "status", "export");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--help",
        "-h infer",
        "--version",
        "infr --run nightly",
        "help infer",
        "completion",
        "@arguments.txt",
        "status @arguments.txt"
      })
  void allAreThereWhereTheyMayBeShownOrMeant(String line) {
    Set<String> all = Main.commandLine(new Shutdown()).getSubcommands().keySet();

    assertThat(registered(line.split(" "))).containsExactlyInAnyOrderElementsOf(all);
  }

  private static Set<String> registered(String... arguments) {
    StfBatchCommand root = new StfBatchCommand();
    CommandLine commandLine = new CommandLine(root, new CommandFactory(root, new Shutdown()));
    Commands.addMeant(commandLine, arguments);
    return commandLine.getSubcommands().keySet();
  }
}
