package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.training.TrainingFixture;

/** Trains with the real program, kills it, and queries the trained model. */
class TrainCommandTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int STEPS = 80;

  @TempDir private Path folder;
  private Cli cli;
  private Path data;

  @BeforeEach
  void prepare() throws IOException {
    cli = Cli.on(DATABASE.settings());
    data = new TrainingFixture(folder).conversations(60);
  }

  @Test
  void killedAgainAndAgainTrainingTakesTheStepsOfAnUninterruptedOne() throws Exception {
    try (ChildJvm child = start("whole")) {
      assertThat(child.exitCode()).as(child::err).isZero();
      assertThat(child.out())
          .isEqualTo("trained in 80 steps: %s\n".formatted(out("whole", "model")));
      assertThat(child.err())
          .contains("60 samples, 5 pictures, 80 steps")
          .containsPattern("step 80/80, epoch 8.00, loss .*, lr .*, .* samples/s, .* GFLOP/s");
    }
    for (int steps : List.of(1, 9, 24)) {
      try (ChildJvm child = start("killed")) {
        assertThat(child.runsUntil(() -> logged("killed") >= steps)).as(child::err).isTrue();
        child.kill();
      }
      assertThat(out("killed", "model")).doesNotExist();
    }
    try (ChildJvm child = start("killed")) {
      assertThat(child.exitCode()).as(child::err).isZero();
      assertThat(child.err()).containsPattern("resuming after step \\d\\d\\n");
    }

    assertThat(curve("killed")).hasSize(STEPS).isEqualTo(curve("whole"));
    assertThat(out("killed", "model/model.safetensors"))
        .hasSameBinaryContentAs(out("whole", "model/model.safetensors"));
    assertThat(cli.ok(command("killed")))
        .isEqualTo("trained already: %s\n".formatted(out("killed", "model")));
  }

  @Test
  void sigtermSavesTheStepUnderWay() throws Exception {
    try (ChildJvm child = start("stopped")) {
      assertThat(child.runsUntil(() -> logged("stopped") >= 2)).as(child::err).isTrue();
      child.terminate();

      assertThat(child.exitCode()).as(child::err).isEqualTo(1);
      assertThat(child.out()).contains("training stopped (told to stop) after step ");
      assertThat(child.err()).doesNotContain("\tat ");
    }
    long taken = logged("stopped");
    assertThat(out("stopped", "checkpoint-%08d".formatted(taken))).isDirectory();
  }

  @Test
  void theTrainedModelAnswersWhatItWasTaught() throws IOException {
    Path taught = folder.resolve("taught.json");
    List<String> pictures = List.of("wide.png", "gray.png", "rgba.png");
    List<String> answers = List.of("Many boxes.", "A gray sky.", "Nothing at all.");
    List<String> samples = new ArrayList<>();
    Questions questions = new Questions();
    for (int i = 0; i < pictures.size(); i++) {
      samples.add(
          "{\"image\":\"%s\",\"conversations\":[{\"from\":\"human\",\"value\":\"<image>\\nWhat is it?\"},{\"from\":\"gpt\",\"value\":\"%s\"}]}"
              .formatted(pictures.get(i), answers.get(i)));
      questions.ask(i, pictures.get(i), "What is it?");
    }
    Files.writeString(taught, samples.toString());
    List<Object> train = new ArrayList<>(List.of("train", "finetune", "--data", taught));
    train.addAll(List.of("--images", Tiny.images(), "--model", Tiny.checkpoint()));
    train.addAll(List.of("--out", folder.resolve("taught"), "--batch", 3, "--accumulate", 1));
    train.addAll(List.of("--max-steps", 60, "--lr", "5e-3"));
    cli.ok(train.toArray());

    Path file = questions.writeTo(folder.resolve("questions.jsonl"));
    Path exported = folder.resolve("answers.jsonl");
    cli.ok("ingest", "--run", "taught", "--questions", file, "--images", Tiny.images());
    cli.ok("infer", "--run", "taught", "--model", folder.resolve("taught/model"));
    cli.ok("export", "--run", "taught", "--out", exported);

    assertThat(Files.readAllLines(exported).stream().map(line -> json(line).path("text").asText()))
        .containsExactlyElementsOf(answers);
  }

  @Test
  void aModelOfOnesOwnGoesThroughAllStages() throws IOException {
    Path world = folder.resolve("world");
    cli.ok("demo-data", "--out", world, "--split", "train", "--images", 24);
    Path tokenizer = folder.resolve("tokenizer");
    cli.ok("demo-tokenizer", "--data", world.resolve("finetune.json"), "--out", tokenizer);
    Path fresh = folder.resolve("fresh");
    String made =
        cli.ok(
            "model",
            "new",
            "--tokenizer",
            tokenizer,
            "--out",
            fresh,
            "--vision-width",
            32,
            "--width",
            64,
            "--inner",
            96,
            "--layers",
            2,
            "--heads",
            4,
            "--fusion",
            "avgpool");
    assertThat(made)
        .contains("2x2 average pooling")
        .containsPattern("vision tokens per image +144");
    cli.run("model", "new", "--from", fresh, "--out", fresh)
        .complainsInOneLine(2, "already exists");
    cli.run("model", "new", "--from", fresh, "--out", folder.resolve("x"), "--fusion", "none")
        .complainsInOneLine(2, "no fusion variant 'none'", "tokenconcat");

    Path tower = stage("tower", world.resolve("regions.jsonl"), fresh);
    Path language = stage("language", world.resolve("language.json"), tower);
    Path fused = folder.resolve("fused");
    cli.ok("model", "new", "--from", language, "--out", fused);
    Path pretrained = stage("pretrain", world.resolve("pretrain.json"), fused);
    Path finetuned = stage("finetune", world.resolve("finetune.json"), pretrained);

    assertThat(cli.ok("model", "inspect", finetuned)).contains("released form (8 blocks");
    // The colours of the first and the second curve; text is drawn as paths there.
    Path curves = folder.resolve("curves.svg");
    cli.ok("train", "curves", tower.getParent(), finetuned.getParent(), "--out", curves);
    assertThat(curves).content().contains("<svg", "#0037ff", "#ffac00");
    assertThat(Files.readString(curves).split("<polyline ", -1)).as("a line a training").hasSize(3);
    Path images = world.resolve("images");
    cli.ok("ingest", "--run", "own", "--captions", images, "--prompt", "What is it?");
    cli.ok("infer", "--run", "own", "--model", finetuned, "--max-new-tokens", 2);
    assertThat(cli.ok("status", "--run", "own")).contains("24 answered, 0 failed");
  }

  private Path stage(String stage, Path samples, Path model) {
    List<Object> command = new ArrayList<>(List.of("train", stage, "--data", samples));
    command.addAll(List.of("--images", folder.resolve("world/images"), "--model", model));
    command.addAll(List.of("--out", folder.resolve("out-" + stage), "--max-steps", 2));
    command.addAll(List.of("--batch", 4, "--accumulate", 1, "--dtype", "bfloat16"));
    Cli.Ran ran = cli.run(command.toArray());
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).as("the learned tokenizer suits the masking").doesNotContain("left out");
    return folder.resolve("out-" + stage).resolve("model");
  }

  @Test
  void samplesWithoutAnAnswerAreLeftOutWithAWarning() throws IOException {
    Path data =
        Files.writeString(
            folder.resolve("half.json"),
            """
            [{"conversations": [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "I."}]},
             {"conversations": [{"from": "human", "value": "Who else?"}]},
             {"id": "x", "conversations": [{"from": "system", "value": "Be brief."}]}]
            """);
    Object[] command = command("half");
    command[3] = data;

    assertThat(cli.run(command).err())
        .contains(
            "1 samples, 0 pictures",
            "1 more samples are left out: ",
            "left out: sample 2 (id \"x\") has a turn that is neither");
  }

  @Test
  void whatCannotBeTrainedIsSaidInOneLine() throws IOException {
    Object[] missing = command("missing");
    missing[5] = folder;
    cli.run(missing).complainsInOneLine(2, "sample ", "cannot be used", "check --images");
    Path broken = Files.writeString(folder.resolve("broken.json"), "[{\"id\":\"q\"}]");
    Object[] malformed = command("malformed");
    malformed[3] = broken;
    cli.run(malformed).complainsInOneLine(2, "sample 0 (id \"q\") has no conversations");
    cli.run("train", "curves", folder.resolve("nowhere"), "--out", folder.resolve("c.svg"))
        .complainsInOneLine(2, "nowhere/log.jsonl: give the --out folder of a training");
    Object[] rate = command("rate");
    rate[15] = "-1";
    cli.run(rate).complainsInOneLine(2, "--lr is -1.0: it must be more than 0");
    cli.run(
            "train",
            "pretrain",
            "--data",
            new TrainingFixture(folder).texts(3),
            "--images",
            Tiny.images(),
            "--model",
            Tiny.checkpoint(),
            "--out",
            folder.resolve("captions"))
        .complainsInOneLine(2, "is no caption");
  }

  @Test
  void aTrainingHasTheStagesAndTheCostThatAreAskedFor() throws IOException {
    String stages = "llavolta:layer=1,stride=2/none";
    cli.ok(command("staged", "--stages", stages, "--max-steps", 4));
    assertThat(json(Files.readString(out("staged", "training.json"))).path("--stages").asText())
        .isEqualTo(stages);
    Cli.Ran equal = cli.run(command("equal", "--stages", stages, "--flops-of", out("staged", "")));
    assertThat(equal.out()).as(equal.err()).contains("trained in 4 steps");

    assertThat(Files.readString(out("staged", "log.jsonl")).lines().toList())
        .satisfiesExactly(
            step -> assertThat(step).contains("\"compression\":\"llavolta:layer=1,stride=2\""),
            step -> assertThat(step).contains("\"compression\":\"llavolta:layer=1,stride=2\""),
            step -> assertThat(step).doesNotContain("compression"),
            step -> assertThat(step).doesNotContain("compression"));
    cli.run(command("x", "--stages", stages, "--max-steps", 1))
        .complainsInOneLine(2, "--stages has 2 stages, and this training has 1 step");
    cli.run(command("x", "--compress", stages))
        .complainsInOneLine(2, "for several, use --stages of train finetune");
    cli.run(command("x", "--compress", "vtc-cls"))
        .complainsInOneLine(
            2, "vtc-cls:layer=16,tokens=144 is not trained with: choose none, llavolta or");
    cli.run(command("x", "--stages", "none")).complainsInOneLine(2, "--stages none is one stage");
    cli.run(command("x", "--stages", stages, "--compress", "llavolta"))
        .complainsInOneLine(2, "--compress and --stages are both given");
    cli.run(command("x", "--flops-of", folder)).complainsInOneLine(2, "no training is finished in");
    cli.run(command("x", "--flops-of", out("staged", ""), "--max-steps", 4))
        .complainsInOneLine(2, "--max-steps and --flops-of are both given");
  }

  @Test
  void aModelSaysWhichYopoSettingsItWasTrainedWith() throws IOException {
    cli.ok(command("yopo", "--compress", "yopo:window=3,layers=2", "--max-steps", 1));
    Path tuned = out("yopo", "model");
    assertThat(cli.ok("model", "inspect", "--model", tuned))
        .contains("--compress yopo:window=3,layers=2,ffn=2\n");

    Object[] without = command("without", "--max-steps", 1);
    without[Arrays.asList(without).indexOf("--model") + 1] = tuned;
    cli.ok(without);
    assertThat(cli.ok("model", "inspect", "--model", out("without", "model")))
        .doesNotContain("tuned with");
  }

  private Object[] command(String name, Object... more) {
    return Stream.concat(Stream.of(command(name)), Stream.of(more)).toArray();
  }

  private ChildJvm start(String name) {
    return ChildJvm.start(folder, DATABASE.settings(), command(name));
  }

  private Object[] command(String name) {
    return new Object[] {
      "train",
      "finetune",
      "--data",
      data,
      "--images",
      Tiny.images(),
      "--model",
      Tiny.checkpoint(),
      "--out",
      out(name, ""),
      "--batch",
      3,
      "--accumulate",
      2,
      "--lr",
      "1e-3",
      "--epochs",
      8,
      "--save-every",
      4
    };
  }

  private Path out(String name, String path) {
    return folder.resolve(name).resolve(path);
  }

  private long logged(String name) {
    Path log = out(name, "log.jsonl");
    try (Stream<String> lines = Files.exists(log) ? Files.lines(log) : Stream.empty()) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the log of the steps without times. */
  private List<String> curve(String name) throws IOException {
    return Files.readAllLines(out(name, "log.jsonl")).stream()
        .map(TrainCommandTest::json)
        .map(
            row ->
                Stream.of("step", "loss", "lr", "grad_norm", "tokens")
                    .map(row::get)
                    .toList()
                    .toString())
        .toList();
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
