package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.cli.service.ExitCode;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.db.DatabaseSettings;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.Launcher;

/** The example files for operators work as documented. */
@Timeout(180)
class OperationsTest {

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Path OPERATIONS = PROJECT.resolve("scripts/operations");
  private static final String INSTALLED = "/opt/stf-batch/";
  private static final String PROGRAM = INSTALLED + "bin/stf-batch";
  private static final List<String> UNITS =
      List.of("stf-batch.service", "stf-batch.timer", "stf-batch-worker@.service");
  private static final int SHORTEST_GRACE_SECONDS = 120;

  @TempDir private Path folder;
  private String run;

  @BeforeEach
  void nameRun(TestInfo test) {
    run = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void aNightEndsWithAnswersFailuresAndAReport() throws Exception {
    questions(30);

    Process night = nightly("--max-new-tokens", "4");

    assertThat(night.waitFor()).as(log()).isZero();
    assertThat(folder.resolve("out/" + run + ".jsonl")).content().hasLineCount(29);
    assertThat(folder.resolve("out/" + run + ".failures.jsonl")).content().hasLineCount(1);
    assertThat(folder.resolve("out/" + run + ".html")).content().contains("IMAGE_NOT_FOUND");
    assertThat(log()).contains("serving http://");
  }

  @Test
  void aNightThatIsStoppedGoesOnWhereItWas() throws Exception {
    questions(4000);
    Process night = nightly("--max-new-tokens", "8");
    assertThat(runsUntil(night, () -> answered() > 40)).as(log()).isTrue();

    night.destroy();
    assertThat(night.waitFor()).as(log()).isEqualTo(1);
    assertThat(log()).contains("stopped (told to stop)").doesNotContain("\tat ");
    assertThat(status().waiting()).isPositive();
    assertThat(folder.resolve("out/" + run + ".jsonl")).doesNotExist();

    assertThat(nightly("--max-new-tokens", "1").waitFor()).as(log()).isZero();
    assertThat(status().waiting()).isZero();
    assertThat(folder.resolve("out/" + run + ".jsonl")).content().hasLineCount(3999);
  }

  /** The log in cron's mails answers what an operator wants to know about each night. */
  @Test
  void threeNightsFromCronCanBeToldFromTheirLog() throws Exception {
    questions(300);
    run = "monday";
    assertThat(nightly("--max-new-tokens", "4").waitFor()).as(log()).isZero();
    String monday = log();

    run = "tuesday";
    Process killed = nightly("--max-new-tokens", "8");
    assertThat(runsUntil(killed, () -> answered() > 40)).as(log()).isTrue();
    killAll(killed.toHandle());
    killed.waitFor();
    String killedNight = log();
    assertThat(nightly("--max-new-tokens", "4").waitFor()).as(log()).isZero();
    String tuesday = log();

    run = "wednesday";
    lostImages(40);
    assertThat(nightly("--max-new-tokens", "4").waitFor()).as(log()).isEqualTo(1);
    String wednesday = log();

    String dated = "(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d) INFO +";
    assertThat(monday)
        .containsPattern(dated + "run=monday the night begins: q.jsonl with ")
        .containsPattern(dated + ".*299 answered, 1 failed")
        .contains("IMAGE_NOT_FOUND")
        .containsPattern(dated + "run=monday the night ended with exit code 0");
    assertThat(killedNight).contains("the night begins").doesNotContain("299 answered");
    assertThat(tuesday).contains("299 answered, 1 failed", "ended with exit code 0");
    assertThat(wednesday)
        .contains("40 failed", "IMAGE_NOT_FOUND", "retry", "ended with exit code 1")
        .contains("answers, failures and report are in out/wednesday.jsonl");
    assertThat(folder.resolve("out/wednesday.failures.jsonl")).content().hasLineCount(40);
    assertThat(folder.resolve("out/wednesday.html")).content().contains("IMAGE_NOT_FOUND");
    assertThat(monday + killedNight + tuesday + wednesday).doesNotContain("\tat ", "Exception");
  }

  private static void killAll(ProcessHandle process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void lostImages(int count) throws IOException {
    Questions questions = new Questions();
    for (int i = 0; i < count; i++) {
      questions.ask("lost-" + i, "lost-" + i + ".png", "Where?");
    }
    questions.writeTo(folder.resolve("q.jsonl"));
  }

  @Test
  void aNightThatCannotSucceedIsNotRepeated() throws Exception {
    questions(1);
    assertThat(start(Map.of("MODEL", "", "QUESTIONS", "q")).waitFor()).isEqualTo(2);
    assertThat(log()).contains("MODEL is not set");
    assertThat(
            start(Map.of("MODEL", "/nowhere", "QUESTIONS", "q.jsonl", "IMAGES", ".", "RUN", run))
                .waitFor())
        .isEqualTo(2);
    assertThat(log()).contains("there is no model at /nowhere");

    assertThat(Files.readString(OPERATIONS.resolve("stf-batch.service")))
        .contains("\nRestartPreventExitStatus=2\n");
    assertThat(
            yaml("kubernetes-cronjob.yaml").at("/spec/jobTemplate/spec/podFailurePolicy/rules/0"))
        .hasToString(
            "{\"action\":\"FailJob\",\"onExitCodes\":{\"containerName\":\"stf-batch\",\"operator\":\"In\",\"values\":[2]}}");
  }

  @Test
  void theCronJobStartsTheNightWithWhatItNeeds() throws IOException {
    JsonNode job = yaml("kubernetes-cronjob.yaml");
    assertThat(job.at("/spec/concurrencyPolicy").asText()).isEqualTo("Forbid");
    JsonNode pod = job.at("/spec/jobTemplate/spec/template/spec");
    assertThat(pod.at("/restartPolicy").asText()).isEqualTo("Never");
    assertThat(pod.at("/terminationGracePeriodSeconds").asInt())
        .isGreaterThanOrEqualTo(SHORTEST_GRACE_SECONDS);
    JsonNode container = pod.at("/containers/0");
    assertThat(container.at("/command/0").asText()).isEqualTo(INSTALLED + "operations/nightly");
    assertThat(OPERATIONS.resolve("nightly")).isExecutable();

    List<String> given = texts(container.at("/env").findValues("name").stream());
    assertThat(given).contains("MODEL", "QUESTIONS", "IMAGES", "STF_BATCH_DB_URL");
    String script = Files.readString(OPERATIONS.resolve("nightly"));
    assertThat(given)
        .filteredOn(name -> !name.startsWith("STF_BATCH_DB_") && !name.equals("stf-batch"))
        .allMatch(name -> Pattern.compile("\\b" + name + "\\b").matcher(script).find());
    probesAreServed(container, "HTTP");
  }

  @Test
  void theListenerIsStartedWithAnAcceptedCommand() throws IOException {
    JsonNode deployment = yaml("kubernetes-listen.yaml");
    assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(1);
    assertThat(deployment.at("/spec/strategy/type").asText()).isEqualTo("Recreate");
    JsonNode pod = deployment.at("/spec/template/spec");
    assertThat(pod.at("/terminationGracePeriodSeconds").asInt())
        .isGreaterThanOrEqualTo(SHORTEST_GRACE_SECONDS);
    JsonNode container = pod.at("/containers/0");
    List<String> command = texts(elements(container.at("/command")));

    assertThat(command.get(0)).isEqualTo(PROGRAM);
    assertThat(PROJECT.resolve("scripts/stf-batch")).isExecutable();
    // Throws if the command line is invalid.
    Main.commandLine(new Shutdown())
        .parseArgs(command.subList(1, command.size()).toArray(String[]::new));
    assertThat(command).containsSequence("--http", "0.0.0.0:" + port(container));
    probesAreServed(container, "");
  }

  @Test
  void workersAreStartedWithAnAcceptedCommandAndReplacedUnlessTheirInputIsUnusable()
      throws IOException {
    JsonNode job = yaml("kubernetes-workers.yaml");
    assertThat(job.at("/spec/parallelism").asInt()).isGreaterThan(1);
    assertThat(job.at("/spec/completions").isMissingNode()).isTrue();
    assertThat(job.at("/spec/podFailurePolicy/rules/0/onExitCodes/values/0").asInt())
        .isEqualTo(ExitCode.UNUSABLE);
    JsonNode pod = job.at("/spec/template/spec");
    worker(pod);
    JsonNode scaled = yaml("kubernetes-keda.yaml");
    assertThat(scaled.at("/spec/jobTargetRef/template/spec")).isEqualTo(pod);
    String query = scaled.at("/spec/triggers/0/metadata/query").asText();
    assertThat(JdbcClient.create(DATABASE.dataSource()).sql(query).query(Long.class).single())
        .isZero();
  }

  private static void worker(JsonNode pod) {
    assertThat(pod.at("/restartPolicy").asText()).isEqualTo("Never");
    assertThat(pod.at("/terminationGracePeriodSeconds").asInt())
        .isGreaterThanOrEqualTo(SHORTEST_GRACE_SECONDS);
    JsonNode container = pod.at("/containers/0");
    List<String> command = texts(elements(container.at("/command")));
    assertThat(command.get(0)).isEqualTo(PROGRAM);
    Main.commandLine(new Shutdown())
        .parseArgs(command.subList(1, command.size()).toArray(String[]::new));
    assertThat(command)
        .contains("--share")
        .containsSequence("--http", "0.0.0.0:" + port(container));
    probesAreServed(container, "");
  }

  private static void probesAreServed(JsonNode container, String variable) {
    List<JsonNode> probes = container.findValues("httpGet");
    assertThat(probes).isNotEmpty();
    assertThat(probes)
        .allSatisfy(
            probe -> {
              assertThat(probe.get("path").asText()).isIn("/health", "/ready");
              assertThat(probe.get("port").asText())
                  .isEqualTo(container.at("/ports/0/name").asText());
            });
    if (!variable.isEmpty()) {
      assertThat(elements(container.at("/env")))
          .anyMatch(
              env ->
                  env.get("name").asText().equals(variable)
                      && env.get("value").asText().equals("0.0.0.0:" + port(container)));
    }
  }

  private static String port(JsonNode container) {
    return container.at("/ports/0/containerPort").asText();
  }

  @Test
  void theUnitOfAWorkerStartsAnAcceptedCommand() throws IOException {
    String start =
        Files.readString(OPERATIONS.resolve("stf-batch-worker@.service"))
            .lines()
            .filter(line -> line.startsWith("ExecStart="))
            .findFirst()
            .orElseThrow();
    List<String> command = List.of(start.substring("ExecStart=".length()).split(" "));
    assertThat(command.get(0)).isEqualTo(PROGRAM);
    assertThat(command).contains("--share", "%i");
    Main.commandLine(new Shutdown())
        .parseArgs(command.subList(1, command.size()).toArray(String[]::new));
  }

  @Test
  void systemdAcceptsTheUnits() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd-analyze");
    for (String unit : UNITS) {
      String text =
          Files.readString(OPERATIONS.resolve(unit))
              .replace(PROGRAM, PROJECT + "/scripts/stf-batch")
              .replace(INSTALLED + "operations", OPERATIONS.toString());
      Files.writeString(folder.resolve(unit), text);
    }
    Process verify =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("systemd-analyze", "verify"),
                        UNITS.stream().map(unit -> folder.resolve(unit).toString()))
                    .toList())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertThat(verify.waitFor()).as(log()).isZero();
    assertThat(log()).doesNotContain("stf-batch");
  }

  @Test
  void alertsSayWhatIsWrongAndDashboardsWhatTheyShow() throws IOException {
    List<JsonNode> rules = elements(yaml("prometheus-alerts.yml").at("/groups/0/rules")).toList();
    assertThat(rules)
        .hasSizeGreaterThan(3)
        .allSatisfy(
            rule -> {
              assertThat(rule.at("/alert").asText()).startsWith("StfBatch");
              assertThat(rule.at("/expr").asText()).isNotEmpty();
              assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning", "info");
              assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
              assertThat(rule.at("/annotations/description").asText()).isNotEmpty();
            });
    List<JsonNode> panels =
        elements(
                new ObjectMapper()
                    .readTree(OPERATIONS.resolve("grafana-dashboard.json").toFile())
                    .get("panels"))
            .toList();
    assertThat(panels)
        .hasSizeGreaterThan(8)
        .allMatch(panel -> !panel.at("/targets/0/expr").isMissingNode());
    assertThat(panels).extracting(panel -> panel.get("id").asInt()).doesNotHaveDuplicates();
    assertThat(panels).extracting(panel -> panel.get("gridPos").toString()).doesNotHaveDuplicates();
  }

  @Test
  void thePodsRunTheImageOfThisVersion() throws Exception {
    String version = new BuildVersion().getVersion()[0].split(" ")[1];
    String image = "stf-batch:" + version;

    assertThat(OPERATIONS.resolve("Containerfile"))
        .content()
        .contains("build -t " + image + " ", "\nARG VERSION=" + version + "\n");
    for (String name : List.of("cronjob", "listen", "workers", "keda")) {
      assertThat(yaml("kubernetes-" + name + ".yaml").findValuesAsText("image"))
          .as(name)
          .containsExactly(image);
    }
  }

  private static JsonNode yaml(String name) throws IOException {
    return new YAMLMapper().readTree(OPERATIONS.resolve(name).toFile());
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static List<String> texts(Stream<JsonNode> nodes) {
    return nodes.map(JsonNode::asText).toList();
  }

  private void questions(int count) throws IOException {
    Questions questions = new Questions().ask("lost", "lost.png", "Where?");
    for (int i = 1; i < count; i++) {
      questions.ask(i, null, "What is " + i + "?");
    }
    questions.writeTo(folder.resolve("q.jsonl"));
  }

  private Process nightly(String... more) throws IOException {
    return start(
        Map.of(
            "MODEL",
            Tiny.checkpoint().toString(),
            "QUESTIONS",
            "q.jsonl",
            "IMAGES",
            Tiny.images().toString(),
            "OUT",
            "out",
            "RUN",
            run,
            "HTTP",
            "127.0.0.1:0"),
        Stream.concat(Stream.of("--vision-tower", Tiny.tower().toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  private Process start(Map<String, String> settings, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(OPERATIONS.resolve("nightly").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder script =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    DatabaseSettings database = DATABASE.settings();
    script.environment().putAll(settings);
    script.environment().put("STF_BATCH", Launcher.write(folder.resolve("stf-batch")).toString());
    script.environment().put("STF_BATCH_DB_URL", database.url());
    script.environment().put("STF_BATCH_DB_USER", database.user());
    script.environment().put("STF_BATCH_DB_PASSWORD", database.password());
    return script.start();
  }

  private static boolean runsUntil(Process process, BooleanSupplier event)
      throws InterruptedException {
    while (!event.getAsBoolean()) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long answered() {
    return new RunStore(DATABASE.dataSource())
        .find(run)
        .map(found -> new RunStatusStore(DATABASE.dataSource()).status(found).answered())
        .orElse(0L);
  }

  private RunStatus status() {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(run).orElseThrow());
  }
}
