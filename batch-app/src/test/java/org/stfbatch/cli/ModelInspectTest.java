package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.Golden;

/** {@code model inspect} accepts exactly the checkpoints that {@code infer} accepts. */
class ModelInspectTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String POINTER =
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 134\n";

  @TempDir private static Path folder;

  /** Damages a copy of a checkpoint. */
  private interface Damage {
    void to(Path model) throws IOException;
  }

  @BeforeAll
  static void aRun() throws IOException {
    Path questions = new Questions().ask(1, null, "What?").writeTo(folder.resolve("q.jsonl"));
    Cli.on(DATABASE.settings()).ok("ingest", "--run", "inspect", "--questions", questions);
  }

  @Test
  void inspectRefusesWhatInferRefuses() throws IOException {
    Map<String, Damage> damages = new LinkedHashMap<>();
    damages.put(
        "holds no tokenizer.model", model -> Files.delete(model.resolve("tokenizer.model")));
    damages.put(
        "tokenizer.model is a Git LFS pointer",
        model -> Files.writeString(model.resolve("tokenizer.model"), POINTER));
    damages.put(
        "tokenizer.model is not a SentencePiece model",
        model -> Files.writeString(model.resolve("tokenizer.model"), "<html>"));
    damages.put(
        "tokenizer_class is \"GPT2Tokenizer\"",
        model ->
            Files.writeString(
                model.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"GPT2Tokenizer\"}"));
    damages.put(
        "sp_model_kwargs",
        model ->
            Files.writeString(
                model.resolve("tokenizer_config.json"),
                "{\"sp_model_kwargs\":{\"enable_sampling\":true}}"));
    damages.put(
        "00002-of-00003.bin is a Git LFS pointer",
        model -> Files.writeString(model.resolve("pytorch_model-00002-of-00003.bin"), POINTER));
    damages.put(
        "00003-of-00003.bin is missing",
        model -> Files.delete(model.resolve("pytorch_model-00003-of-00003.bin")));
    damages.put(
        "00001-of-00003.bin",
        model -> {
          try (RandomAccessFile shard =
              new RandomAccessFile(
                  model.resolve("pytorch_model-00001-of-00003.bin").toFile(), "rw")) {
            shard.setLength(shard.length() - 100);
          }
        });

    for (Map.Entry<String, Damage> damage : damages.entrySet()) {
      Path model = copy(folder.resolve("model-" + damages.size() + damage.getKey().hashCode()));
      damage.getValue().to(model);

      Cli cli = Cli.on(DATABASE.settings());
      cli.run("model", "inspect", model, "--vision-tower", Tiny.tower())
          .complainsInOneLine(2, damage.getKey());
      cli.run("infer", "--run", "inspect", "--model", model, "--vision-tower", Tiny.tower())
          .complainsInOneLine(2, damage.getKey());
    }
  }

  @Test
  void aWholeCheckpointIsAccepted() throws IOException {
    assertThat(
            Cli.with()
                .ok(
                    "model",
                    "inspect",
                    copy(folder.resolve("whole")),
                    "--vision-tower",
                    Tiny.tower()))
        .contains("vision tokens per image");
  }

  private static Path copy(Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(Golden.file("checkpoints/tiny-sharded"))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  @Test
  void aStrategyIsToldWithItsTokensAndItsCost() throws Exception {
    Cli cli = Cli.on(DATABASE.settings());
    Path stock = Golden.file("checkpoints/small-llava15");

    assertThat(cli.ok("model", "inspect", stock, "--compress", "fastv:layer=2,keep=144"))
        .containsPattern("compression +fastv:layer=2,keep=144\n")
        .containsPattern("vision tokens per image +576, 144 from layer 2 on\n")
        .containsPattern(
            "TFLOPs per question +[0-9.e-]+ \\(encoding and text included, causal attention\\)\n");
    assertThat(cli.ok("model", "inspect", stock, "--compress", "prumerge"))
        .containsPattern("vision tokens per image +at most [0-9]+, depending on the image\n");
    JsonNode none = json(cli.ok("model", "inspect", stock, "--json"));
    JsonNode few =
        json(cli.ok("model", "inspect", stock, "--json", "--compress", "vtc-cls:tokens=64"));
    assertThat(none.at("/compression/vision_tokens_per_image").asInt()).isEqualTo(576);
    assertThat(few.at("/compression/vision_tokens_per_image").asInt()).isEqualTo(64);
    assertThat(few.at("/compression/tflops_per_image").asDouble())
        .isLessThan(none.at("/compression/tflops_per_image").asDouble() / 9);
    JsonNode large = json(cli.ok("model", "inspect", stock, "--json", "--at-7b"));
    assertThat(large.at("/compression/tflops_per_image").asDouble())
        .isCloseTo(7.634, within(0.001));
    assertThat(cli.ok("model", "inspect", stock, "--compress", "yopo:layers=2,mask=before-softmax"))
        .containsPattern("vision tokens per image +576, 0 from layer 2 on\n");
    cli.run("model", "inspect", Golden.file("checkpoints/small"), "--compress", "vtc-cls")
        .complainsInOneLine(2, "vtc-cls", "projector");
  }

  @Test
  void aNewCheckpointFromAnotherTakesNoSizes() {
    Cli cli = Cli.on(DATABASE.settings());
    Path out = folder.resolve("new");

    cli.run("model", "new", "--from", Tiny.checkpoint(), "--layers", 4, "--out", out)
        .complainsInOneLine(2, "--layers does not go with --from");
    cli.run("model", "new", "--from", Tiny.checkpoint(), "--fusion", "yopo", "--out", out)
        .complainsInOneLine(2, "no fusion variant 'yopo'", "see --compress");
    cli.run("model", "new", "--from", Tiny.checkpoint(), "--fusion", "tokenpacker:s3", "--out", out)
        .complainsInOneLine(2, "scale_factor is 3 (tokenpacker:s3)");
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("new.unfinished")).doesNotExist();
  }

  @Test
  void aCheckpointThatWasTunedWithYopoNamesItsSettingsAndMasks() throws Exception {
    Path tuned = copy(folder.resolve("tuned"));
    Path config = tuned.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst(
                "\\{",
                "{\"attncut_w\": 6, \"layercut_num\": 16, \"headcut_num\": 24, \"mlpcut_ratio\": 2, \"sprompt_len\": 35,"));
    Cli cli = Cli.on(DATABASE.settings());

    String told = cli.ok("model", "inspect", tuned, "--vision-tower", Tiny.tower());

    assertThat(told)
        .contains("tuned with")
        .contains("--compress yopo:window=5,layers=16,heads=FILE.npy,ffn=2")
        .contains("headmask_7b_24.npy");
    assertThat(cli.ok("model", "inspect", Tiny.checkpoint())).doesNotContain("tuned with");
    Files.writeString(config, Files.readString(config).replace("\"headcut_num\": 24,", ""));
    assertThat(cli.ok("model", "inspect", tuned, "--vision-tower", Tiny.tower()))
        .contains("--compress yopo:window=5,layers=16,ffn=2\n");
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
