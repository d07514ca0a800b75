package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import picocli.CommandLine;

/** Exit codes and messages that scripts and users rely on. */
class CommandContractTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String SECRET = "hunter2-secret";

  @TempDir private static Path folder;
  private static Path questions;

  @BeforeAll
  static void oneRun() throws IOException {
    questions = new Questions().ask(1, null, "What?").writeTo(folder.resolve("q.jsonl"));
    cli().ok("ingest", "--run", "contract", "--questions", questions);
  }

  static Stream<List<String>> everyCommand() {
    List<List<String>> commands = new ArrayList<>();
    collect(Main.commandLine(new Shutdown()), List.of(), commands);
    return commands.stream();
  }

  private static void collect(CommandLine command, List<String> path, List<List<String>> all) {
    all.add(path);
    for (Map.Entry<String, CommandLine> sub : command.getSubcommands().entrySet()) {
      List<String> longer = new ArrayList<>(path);
      longer.add(sub.getKey());
      collect(sub.getValue(), longer, all);
    }
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyCommandHasHelp(List<String> command) {
    List<Object> line = new ArrayList<>(command);
    line.add("--help");

    Cli.Ran ran = Cli.with().run(line.toArray());

    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("Usage: " + String.join(" ", concat("stf-batch", command)))
        .contains("Exit codes:")
        .contains("Examples:");
    assertThat(ran.err()).isEmpty();
  }

  @Test
  void theCommandsAreThoseOfTheContract() {
    assertThat(everyCommand().map(command -> String.join(" ", command)))
        .contains(
            "ingest",
            "infer",
            "status",
            "watch",
            "export",
            "report",
            "model inspect",
            "model trace",
            "model fetch",
            "db start",
            "db stop",
            "db status",
            "db url");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        " | Missing required subcommand",
        "db | Missing required subcommand",
        "model | Missing required subcommand",
        "zzz | zzz",
        "status | --run",
        "status --run contract --nonsense | --nonsense",
        "ingest --run contract | --questions",
        "ingest --run contract --questions q --captions d | --captions",
        "export --run contract | --out",
        "export --run contract --out x --format xml | xml",
        "infer --run contract --model m --batch many | --batch",
        "infer --run contract --model m --dtype int8 | --dtype",
        "infer --run contract --model m --choices A,,B | choices holds an empty text",
        "infer --run contract --model m --choices A,B,A | choices holds 'A' twice",
        "ingest --run contract --questions q --choices [] | choices has no text",
      })
  void wrongUsageIsSaidInTheLastLineWithTheWayToHelp(String line, String part) {
    Object[] command = line == null ? new Object[0] : line.split(" ");
    Cli.Ran ran = Cli.with().run(command);

    ran.complainsInOneLine(2, part, " --help tells more)");
    boolean lacksSubcommand = part.contains("subcommand");
    assertThat(ran.err().contains("Usage: ")).isEqualTo(lacksSubcommand);
    assertThat(ran.err().lines().reduce((a, b) -> b).orElseThrow()).startsWith("stf-batch: ");
  }

  @Test
  void aMisspeltOptionOrCommandIsSuggested() {
    Cli.with()
        .run("infer", "--run", "contract", "--max-new-token", "3")
        .complainsInOneLine(
            2, "Unknown option: '--max-new-token';", "did you mean", "--max-new-tokens");
    Cli.with().run("infr", "--run", "contract").complainsInOneLine(2, "infr", "did you mean infer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch 0 | batch must be at least 1, not 0",
        "--chunk 0 | chunk must be at least 1, not 0",
        "--limit 0 | limit must be at least 1, not 0",
        "--max-new-tokens 0 | max new tokens must be at least 1, not 0",
        "--temperature -1 | temperature must be 0, or 0.000001 to 100",
        "--temperature 1e-30 | temperature must be 0, or 0.000001 to 100",
        "--top-p 1e-320 | top-p must be 1e-30 to 1",
        "--top-p 0 | top-p must be 1e-30 to 1",
        "--top-p 1.5 | top-p must be 1e-30 to 1",
        "--repetition-penalty 0 | repetition-penalty must be 0.000001 to 100, not 0.0",
        "--no-repeat-ngram-size -1 | no-repeat-ngram-size must be 0 (off) to 2147483647, not -1",
        "--presence-penalty 3 | presence-penalty must be -2 to 2, not 3.0",
        "--frequency-penalty -2.5 | frequency-penalty must be -2 to 2, not -2.5",
        "--repetition-detection on | 'on' is neither off nor one of max-pattern-size=N",
        "--repetition-detection min-count=1 | min-count must be 2 or more",
        "--repetition-detection max-pattern-size=0 | to disable it, write off",
        "--device gpu | device \"gpu\" is neither cpu nor cuda:N",
        "--device cuda:3..1 | \"cuda:3..1\" ends before it begins",
        "--device cuda:0..2,cuda:1 | names cuda:1 twice",
        "--device cuda:99 | cuda:99: LibTorch",
        "--compress vtccls | there is no compression strategy 'vtccls': choose one of none, vtc-cls",
        "--compress vtc-cls:keep=3 | vtc-cls has no option 'keep': it takes layer, tokens",
        "--compress none/fastv | --compress takes one strategy here",
        "--compress vtc-cls | vtc-cls needs LLaVA-1.5's projector",
        "--compress fastv:keep=5 | an image has 4 with this checkpoint; choose keep=1 to 4",
        "--compress yopo:heads=/nowhere/m.npy | the head masks /nowhere/m.npy cannot be read",
        "--conv-mode nonsense | unknown conversation template 'nonsense'",
        "--model /nowhere/model | there is no model at /nowhere/model: check --model",
        "--vision-tower /nowhere/tower | /nowhere/tower",
      })
  void unusableSettingsAreNamed(String settings, String part) {
    List<Object> command = new ArrayList<>(List.of("infer", "--run", "contract"));
    command.addAll(List.of(settings.split(" ")));
    if (!settings.contains("--model")) {
      command.addAll(List.of("--model", Tiny.checkpoint()));
    }

    cli().run(command.toArray()).complainsInOneLine(2, part);
  }

  @Test
  void aFolderThatIsNoModelIsNamed() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path broken = Files.createDirectories(folder.resolve("broken"));
    Files.writeString(broken.resolve("config.json"), "{");

    for (Path model : List.of(empty, broken)) {
      cli()
          .run("infer", "--run", "contract", "--model", model)
          .complainsInOneLine(2, model.toString());
      Cli.with().run("model", "inspect", model).complainsInOneLine(2, model.toString());
    }
    Cli.with().run("model", "inspect", "/nowhere").complainsInOneLine(2, "/nowhere");
  }

  @Test
  void anUnknownRunIsNamedWithTheKnownOnes() {
    String[][] commands = {
      {"status", "--run", "contrakt"},
      {"status", "--run", "contrakt", "--json"},
      {"export", "--run", "contrakt", "--out", folder.resolve("out").toString()},
      {"infer", "--run", "contrakt", "--model", Tiny.checkpoint().toString()}
    };
    for (String[] command : commands) {
      cli().run((Object[]) command).complainsInOneLine(2, "no run \"contrakt\"", "contract");
    }
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(folder.resolve("out.partial")).doesNotExist();
  }

  @Test
  void whatCannotBeIngestedIsNamed() {
    Path missing = folder.resolve("missing");
    cli()
        .run("ingest", "--run", "new", "--questions", missing)
        .complainsInOneLine(2, "missing cannot be read", "--questions");
    cli()
        .run("ingest", "--run", "new", "--questions", folder)
        .complainsInOneLine(2, "cannot be read", "--questions");
    cli()
        .run("ingest", "--run", "new", "--questions", questions, "--images", missing)
        .complainsInOneLine(2, "missing is not there", "--images");
    cli()
        .run("ingest", "--run", "new", "--captions", missing)
        .complainsInOneLine(2, "missing is not there", "--captions");
    cli()
        .run("ingest", "--run", "new", "--captions", folder, "--prompt", " ")
        .complainsInOneLine(2, "prompt is empty", "--prompt");
    cli()
        .run("ingest", "--run", "new", "--captions", folder, "--format", "csv")
        .complainsInOneLine(2, "--format", "--captions");
    cli()
        .run("ingest", "--run", "table", "--questions", questions, "--format", "csv")
        .complainsInOneLine(2, questions.toString(), "holds JSON and no table");
    cli()
        .run("ingest", "--run", "x".repeat(201), "--questions", questions)
        .complainsInOneLine(2, "200 characters");
    cli().run("status", "--run", "new").complainsInOneLine(2, "no run \"new\"");
  }

  @Test
  void anOutputThatCannotBeWrittenIsNamed() {
    cli()
        .run("export", "--run", "contract", "--out", folder.resolve("no/such/file"))
        .complainsInOneLine(2, "cannot write", "no/such/file");
    cli().run("export", "--run", "contract", "--out", folder).complainsInOneLine(2, "cannot write");
    cli()
        .run(
            "export",
            "--run",
            "contract",
            "--out",
            folder.resolve("answers"),
            "--failures",
            folder.resolve("no/failures"))
        .complainsInOneLine(2, "cannot write", "no/failures");
    assertThat(folder.resolve("answers")).doesNotExist();
    assertThat(folder.resolve("answers.partial")).doesNotExist();
  }

  @Test
  void anExportReplacesFilesFollowsLinksAndSparesDevices() throws IOException {
    Path old = Files.writeString(folder.resolve("old"), "old\n".repeat(100));
    Path link = Files.createSymbolicLink(folder.resolve("link"), old);

    cli().ok("export", "--run", "contract", "--out", link, "--format", "csv");
    cli().ok("export", "--run", "contract", "--out", "/dev/null");

    assertThat(link).isSymbolicLink();
    assertThat(old).content().startsWith("custom_id,question_id,").hasLineCount(1);
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThat(Path.of("/dev/null.partial")).doesNotExist();
  }

  @Test
  void noServerIsOneLine() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Cli nowhere =
        Cli.with(
            "--db-url",
            "jdbc:postgresql://localhost:" + port + "/x?password=" + SECRET,
            "--db-password",
            SECRET);
    Object[][] commands = {
      {"status", "--run", "r"},
      {"ingest", "--run", "r", "--questions", questions},
      {"infer", "--run", "r", "--model", Tiny.checkpoint()},
      {"export", "--run", "r", "--out", folder.resolve("out")}
    };
    for (Object[] command : commands) {
      Cli.Ran ran = nowhere.run(command);
      ran.complainsInOneLine(2, "localhost:" + port, "no server answers");
      assertThat(ran.err() + ran.out()).doesNotContain(SECRET);
    }
  }

  @Test
  void aWrongPasswordIsOneLineAndStaysSecret() {
    DatabaseSettings real = DATABASE.settings();
    Cli cli = Cli.with("--db-url", real.url(), "--db-user", real.user(), "--db-password", SECRET);

    Cli.Ran ran = cli.run("status", "--run", "contract");
    ran.complainsInOneLine(2, "wrong password for user " + real.user());
    Cli.Ran verbose = cli.run("--verbose", "status", "--run", "contract");

    assertThat(verbose.code()).isEqualTo(2);
    assertThat(verbose.err()).contains("DatabaseException").contains("\tat ");
    assertThat(ran.err() + verbose.err()).doesNotContain(SECRET, real.password());
  }

  @Test
  void theOptionsMayStandBehindTheCommand() {
    DatabaseSettings real = DATABASE.settings();
    assertThat(
            Cli.with()
                .ok(
                    "status",
                    "--run",
                    "contract",
                    "--db-url=" + real.url(),
                    "--db-user=" + real.user(),
                    "--db-password=" + real.password()))
        .startsWith("run contract: 1 job,");
  }

  @Test
  void aNotPostgresUrlAndDbCommandsForAnotherServerAreNamed() {
    Cli.with("--db-url", "mysql://localhost/x")
        .run("status", "--run", "r")
        .complainsInOneLine(2, "not a PostgreSQL URL");
    for (String command : List.of("start", "stop", "status", "url")) {
      cli().run("db", command).complainsInOneLine(2, "--db-url");
    }
  }

  @Test
  void aSecondInferOfARunIsRefusedAndTheHolderNamed() {
    long run = new RunStore(DATABASE.dataSource()).find("contract").orElseThrow().runId();
    try (RunLock lock =
        RunLock.tryAcquire(DATABASE.database(), run, "process 7 on otherhost").orElseThrow()) {
      lock.beat();
      cli()
          .run("infer", "--run", "contract", "--model", Tiny.checkpoint())
          .complainsInOneLine(
              1, "run contract is being answered by process 7 on otherhost", "wait for it");
      assertThat(cli().ok("status", "--run", "contract"))
          .contains("worked on by process 7 on otherhost since ");
    }
    assertThat(cli().ok("status", "--run", "contract")).doesNotContain("worked on");
  }

  @Test
  void theEmbeddedDatabaseIsStartedKeptAndStopped(@TempDir Path home) throws IOException {
    Cli embedded = Cli.with("--home", home.toString());
    assertThat(embedded.ok("db", "status")).startsWith("not running: data in " + home);
    embedded.run("db", "url").complainsInOneLine(2, "does not run", "stf-batch db start");

    assertThat(embedded.ok("db", "start")).startsWith("running: process ").contains("db stop");
    String safe = embedded.ok("db", "url").strip();
    String url = embedded.ok("db", "url", "--with-password").strip();
    assertThat(safe).startsWith("jdbc:postgresql://").contains("?user=").doesNotContain("password");
    assertThat(url).startsWith(safe + "&password=");
    embedded.ok("ingest", "--run", "home", "--questions", questions);
    String json = Cli.with("--db-url", url).ok("status", "--run", "home", "--json");
    assertThat(new ObjectMapper().readTree(json).get("waiting").asInt()).isEqualTo(1);

    assertThat(embedded.ok("db", "stop")).startsWith("not running");
    // Without db start, a command starts the database itself, with the same data.
    assertThat(embedded.ok("status", "--run", "home")).startsWith("run home: 1 job,");
    assertThat(embedded.ok("db", "status")).startsWith("not running");
  }

  private static Cli cli() {
    return Cli.on(DATABASE.settings());
  }

  private static List<String> concat(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }

  @Test
  void theWorkingFolderIsNoSecretAlthoughShellsNameItLikeAPassword() {
    String folder = Optional.ofNullable(System.getenv("PWD")).orElse("/any");

    assertThat(new StfBatchCommand().secrets(List.of()).hide("cannot write " + folder + "/x"))
        .isEqualTo("cannot write " + folder + "/x");
  }
}
