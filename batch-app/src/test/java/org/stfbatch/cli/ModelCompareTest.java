package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.cli.option.ModelOptions;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.model.checkpoint.OutlierCheckpoint;

/** {@code model compare} with the bundled model and its generated pictures. */
final class ModelCompareTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir static Path world;

  @BeforeAll
  static void drawPictures() {
    Cli.with().ok("demo-data", "--out", world, "--images", 4, "--seed", 29, "--detail");
  }

  @Test
  void settingsThatChangeNothingAreEqualInEverything() throws IOException {
    JsonNode found = json("--against", "fastv:layer=2,keep=144", "--limit", "10");

    JsonNode answers = found.path("answers");
    assertThat(answers.path("jobs").asInt()).isEqualTo(10);
    assertThat(answers.path("failed").asInt()).isZero();
    assertThat(answers.path("equal_first_tokens").asInt()).isEqualTo(10);
    assertThat(answers.path("equal_answers").asInt()).isEqualTo(10);
    assertThat(answers.path("examples")).isEmpty();
    assertThat(answers.at("/likelihood/answers").asInt()).isEqualTo(10);
    assertThat(answers.at("/likelihood/worst").asDouble()).isLessThan(1e-4);
    JsonNode states = found.path("states");
    assertThat(states.path("prompts").asInt()).isEqualTo(10);
    assertThat(states.path("worst_cosine").asDouble()).isGreaterThan(0.999999);
    assertThat(states.path("layers")).hasSize(6);
    assertThat(found.path("sides"))
        .extracting(side -> side.path("compression").asText())
        .containsExactly("none", "fastv:layer=2,keep=144");
    assertThat(found.path("sides"))
        .allSatisfy(side -> assertThat(side.path("questions_per_second").asDouble()).isPositive());
  }

  @Test
  void whatADifferentStrategyChangesIsCounted() throws IOException {
    JsonNode found = json("--against", "fastv:layer=1,keep=3", "--limit", "20");

    JsonNode answers = found.path("answers");
    assertThat(answers.path("equal_answers").asInt()).isLessThan(20);
    assertThat(answers.path("examples").get(0).path("custom_id").asText()).isNotEmpty();
    assertThat(answers.at("/likelihood/mean").asDouble()).isPositive();
    assertThat(answers.at("/likelihood/worst_job").asText()).isNotEmpty();
    assertThat(found.at("/states/mean_cosine").asDouble()).isLessThan(0.9999);
    double before = 0;
    for (JsonNode layer : found.at("/states/layers")) {
      assertThat(layer.path("growth").asDouble())
          .isCloseTo(
              layer.path("error").asDouble() - before,
              org.assertj.core.api.Assertions.within(1e-9));
      before = layer.path("error").asDouble();
    }
    assertThat(found.at("/states/layers/0/error").asDouble()).isLessThan(1e-5);
  }

  @Test
  void int8KeepsNearlyAllAnswers() {
    String said = Cli.with().ok(arguments("--weights", "int8", "--against", "plain"));

    assertThat(said)
        .contains("model drawn-world", "int8", "plain", "times that of the other", "layer ")
        .containsPattern("equal answers +\\d+ of 2\\d \\(9\\d\\.\\d %\\)|\\(100\\.0 %\\)");
  }

  /**
   * A model with outlier channels amplifies every rounding: bfloat16 has a mean cosine of 0.9945. A
   * per-tensor scale would leave next to nothing of the small channels.
   */
  @Test
  void int8KeepsTheHiddenStatesOfAModelWithOutlierChannels() throws IOException {
    Path shipped = Path.of(System.getProperty(ModelOptions.SHIPPED));
    Path outliers = OutlierCheckpoint.write(shipped, world.resolve("outliers"));

    JsonNode found =
        json("--model", outliers.toString(), "--weights", "int8", "--against", "plain");

    // Without VNNI, 8-bit products would saturate: activations have 7 bits there.
    boolean wholeRows = Files.readString(Path.of("/proc/cpuinfo")).contains("vnni");
    assertThat(found.at("/states/mean_cosine").asDouble()).isGreaterThan(wholeRows ? 0.996 : 0.985);
  }

  @Test
  void aRunsQuestionsAreAskedWhetherAnsweredOrNot() throws IOException {
    Path questions = world.resolve("some.jsonl");
    Files.write(
        questions,
        Stream.concat(
                Files.lines(world.resolve("questions.jsonl")).limit(3),
                Stream.of(
                    "no question", "{\"question_id\":9,\"image\":\"none.png\",\"text\":\"?\"}"))
            .toList());
    Cli cli = Cli.on(DATABASE.settings());
    cli.ok("ingest", "--run", "r", "--questions", questions, "--images", world.resolve("images"));

    Cli.Ran found =
        cli.run(
            "model",
            "compare",
            "--run",
            "r",
            "--dtype",
            "float32",
            "--against",
            "bfloat16",
            "--max-new-tokens",
            "4",
            "--json");

    assertThat(found.code()).isZero();
    assertThat(found.err()).containsOnlyOnce("left out: ").contains("none.png");
    assertThat(new ObjectMapper().readTree(found.out()).at("/answers/jobs").asInt()).isEqualTo(3);
    assertThat(cli.ok("status", "--run", "r")).contains("5 jobs, 0 answered, 1 failed");
  }

  @Test
  void whatCannotBeComparedIsSaidInOneLine() {
    complains(List.of("--against", "plain"), "both sides have the same settings");
    complains(List.of("--against", "int8/int8"), "--against names a weight format twice");
    complains(List.of("--against", "float23"), "float23");
    complains(List.of("--against", "int8", "--device", "cpu,cuda:0"), "one device");
    complains(List.of("--against", "int8", "--limit", "0"), "--limit must be at least 1");
    complains(List.of("--against", "scope"), "scope");
    Cli.with()
        .run("model", "compare", "--against", "int8", "--run", "r", "--images", world)
        .complainsInOneLine(2, "--images and --format are for --questions");
    Cli.with()
        .run("model", "compare", "--against", "int8", "--questions", world.resolve("none.jsonl"))
        .complainsInOneLine(2, "cannot be read: check --questions");
  }

  private static void complains(List<String> options, String reason) {
    Cli.with().run(arguments(options.toArray(String[]::new))).complainsInOneLine(2, reason);
  }

  private static JsonNode json(String... options) throws IOException {
    Object[] arguments =
        Stream.concat(Stream.of(arguments(options)), Stream.of("--json")).toArray();
    return new ObjectMapper().readTree(Cli.with().ok(arguments));
  }

  private static Object[] arguments(String... options) {
    return Stream.concat(
            Stream.of(
                "model",
                "compare",
                "--questions",
                world.resolve("questions.jsonl"),
                "--images",
                world.resolve("images"),
                "--dtype",
                "float32",
                "--max-new-tokens",
                "24"),
            Stream.of(options))
        .toArray();
  }
}
