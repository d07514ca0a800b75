package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.model.checkpoint.FusionVariant;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The help of the program. */
class HelpTest {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  static Stream<CommandSpec> everyCommand() {
    List<CommandSpec> all = new ArrayList<>();
    collect(Main.commandLine(new Shutdown()), all);
    return all.stream();
  }

  private static void collect(CommandLine command, List<CommandSpec> all) {
    all.add(command.getCommandSpec());
    command.getSubcommands().values().forEach(sub -> collect(sub, all));
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void aCommandIsToldInAWholeSentenceAndHasTwoExamplesThatItTakes(CommandSpec command) {
    assertThat(command.usageMessage().description()[0]).matches("[A-Z].*\\.").doesNotContain(". ");
    String[] examples = command.usageMessage().footer();
    assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
    for (String example : examples) {
      assertThat(example).startsWith("  " + command.qualifiedName());
      List<String> words = words(example.replace("%%", "%"));
      assertThatCode(() -> takes(command, words)).as(example).doesNotThrowAnyException();
    }
  }

  private static void takes(CommandSpec command, List<String> words) {
    ParseResult parsed = parsed(words.subList(1, words.size()).toArray(String[]::new));
    assertThat(qualifiedName(parsed)).startsWith(command.qualifiedName());
  }

  private static ParseResult parsed(String... args) {
    return Main.commandLine(new Shutdown(), args).parseArgs(args);
  }

  private static String qualifiedName(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last.commandSpec().qualifiedName();
  }

  private static List<String> words(String line) {
    return WORD.matcher(line)
        .results()
        .map(word -> word.group(1) != null ? word.group(1) : word.group(2))
        .toList();
  }

  @Test
  void theListOfCommandsHasAllOfThem() {
    String help = Cli.with().ok("--help");

    assertThat(help).contains("\nRuns:\n", "\nResults:\n", "\nKafka:\n", "\nModels:\n");
    for (String name : Main.commandLine(new Shutdown()).getSubcommands().keySet()) {
      assertThat(help).containsPattern("\n  " + name + " +[A-Z]");
    }
  }

  @Test
  void optionsOfServersAndLogsFillOneLineOfACommandsHelp() {
    for (String[] line :
        new String[][] {{"--help"}, {"infer", "--help"}, {"bench", "peak", "-h"}}) {
      String help = Cli.with().ok((Object[]) line);

      assertThat(help)
          .contains("stf-batch help database, stf-batch help logs\n")
          .doesNotContain("--db-url", "--kafka-bootstrap", "--verbose", "--log");
    }
    assertThat(Cli.with().ok("help", "database"))
        .contains("--home", "--db-url=URL", "--db-password", "--kafka-bootstrap=HOST:PORT")
        .contains("--wait-for-services");
    assertThat(Cli.with().ok("help", "logs")).contains("--log=FORMAT", "--verbose");
  }

  @Test
  void sharedOptionsAreTakenBeforeAndBehindTheCommand() {
    String nowhere = "jdbc:postgresql://127.0.0.1:1/nowhere";
    for (String[] line :
        new String[][] {
          {"--db-url", nowhere, "status", "--run", "r"},
          {"status", "--run", "r", "--db-url", nowhere},
          {"run", "delete", "--run", "r", "--db-url", nowhere}
        }) {
      Cli.with().run((Object[]) line).complainsInOneLine(2, "127.0.0.1:1/nowhere");
    }
  }

  @Test
  void helpShowsWhatTheOptionShows() {
    assertThat(Cli.with().ok("help")).isEqualTo(Cli.with().ok("--help"));
    assertThat(Cli.with().ok("help", "infer")).isEqualTo(Cli.with().ok("infer", "--help"));
    assertThat(Cli.with().ok("help", "kafka", "tail"))
        .isEqualTo(Cli.with().ok("kafka", "tail", "--help"));
  }

  @Test
  void helpForWhatIsNotThereSaysWhatIs() {
    Cli.with().run("help", "infr").complainsInOneLine(2, "infr", "did you mean infer");
    Cli.with().run("help", "databse").complainsInOneLine(2, "databse", "topics are database, logs");
  }

  @Test
  void theExampleOfANewModelNamesAFusionThatThereIs() {
    String example =
        Main.commandLine(new Shutdown())
            .getSubcommands()
            .get("model")
            .getSubcommands()
            .get("new")
            .getCommandSpec()
            .usageMessage()
            .footer()[0];
    String fusion = example.replaceAll(".*--fusion (\\S+).*", "$1");

    assertThat(FusionVariant.named(fusion)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "infer --run r --source kafka --topic t | --images d | --image-folder d",
        "infer --run r | --http 8080 | --health-port 8080",
        "infer --run r | --http=8080 | --health-port=8080",
        "listen --trigger-topic t | --images d | --folder d",
        "listen --trigger-topic t | --images d | --image-folder d",
        "intake --topic t --run r | --limit 3 | --max-jobs 3",
        "intake --topic t --run r | --images d | --image-folder d",
        "kafka produce --topic t | --questions q | --file q",
        "model inspect | --model m | m",
      })
  void namesOfOlderVersionsAreTakenAndNotShown(String command, String today, String before) {
    List<String> expected = values(command + " " + today);

    assertThat(values(command + " " + before)).isEqualTo(expected).isNotEmpty();
    String name = before.replaceAll("[ =].*", "");
    if (name.startsWith("--")) {
      String[] words = command.replaceAll(" --.*", "").split(" ");
      List<Object> help = new ArrayList<>(List.of((Object[]) words));
      help.add("--help");
      assertThat(Cli.with().ok(help.toArray())).doesNotContain(name);
    }
  }

  /** Returns the values of the given options and parameters. */
  private static List<String> values(String line) {
    ParseResult parsed = parsed(line.split(" "));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    return parsed.matchedArgs().stream().map(arg -> arg.getValue().toString()).sorted().toList();
  }
}
