package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.prompt.LlamaTokenizer;

/** LLaVA-Mini on a language model of Llama 3.1's kind, as its authors published it. */
@Timeout(300)
class Llama3ModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;
  private final Cli cli = Cli.on(DATABASE.settings());
  private Path model;

  @BeforeEach
  void create() throws IOException {
    Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      try (InputStream in = LlamaTokenizer.class.getResourceAsStream("byte-level/" + name)) {
        Files.copy(in, tokenizer.resolve(name));
      }
    }
    model = folder.resolve("model");
    Object[] command = {
      "model",
      "new",
      "--tokenizer",
      tokenizer,
      "--fusion",
      "llava-mini:c1p1",
      "--out",
      model,
      "--vision-width",
      32,
      "--vision-blocks",
      3,
      "--vision-heads",
      4,
      "--image-size",
      56,
      "--width",
      64,
      "--inner",
      128,
      "--layers",
      2,
      "--heads",
      4,
      "--positions",
      131_072
    };
    cli.ok(command);
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
    assertThat(config.path("bos_token_id").asInt()).isEqualTo(990);
    assertThat(config.path("eos_token_id").asInt()).isEqualTo(993);
    config
        .putObject("rope_scaling")
        .put("rope_type", "llama3")
        .put("factor", 8.0)
        .put("low_freq_factor", 1.0)
        .put("high_freq_factor", 4.0)
        .put("original_max_position_embeddings", 8192);
    JSON.writeValue(file.toFile(), config);
    Files.writeString(
        model.resolve("generation_config.json"), "{\"eos_token_id\": [991, 992, 993]}");
  }

  @Test
  void questionsAreAnsweredInItsTemplate() throws IOException {
    Path questions =
        new Questions()
            .ask(1, "wide.png", "What is this?")
            .ask(2, "wide.png", "What colour is it? \ud83d\ude00")
            .ask(3, "gray.png", "Yes or no?", "choices", List.of("yes", "no"))
            .writeTo(folder.resolve("q.jsonl"));
    cli.ok("ingest", "--run", "a", "--questions", questions, "--images", Tiny.images());
    Object[] command = {
      "infer",
      "--run",
      "a",
      "--model",
      model,
      "--conv-mode",
      "llava_llama_3_1",
      "--dtype",
      "float32",
      "--max-new-tokens",
      6
    };
    assertThat(cli.ok(command)).contains("3 answered, 0 failed");

    Path out = folder.resolve("answers.jsonl");
    cli.ok("export", "--run", "a", "--format", "jsonl", "--out", out);
    List<JsonNode> answers = Exported.json(out);
    assertThat(answers).hasSize(3).allMatch(line -> line.get("vision_tokens").asInt() == 1);
    assertThat(answers.get(2).get("text").asText()).isIn("yes", "no");
  }

  @Test
  void anotherTemplateThanItsOwnIsNoticed() throws IOException {
    Path questions = new Questions().ask(1, "wide.png", "What?").writeTo(folder.resolve("q.jsonl"));
    cli.ok("ingest", "--run", "b", "--questions", questions, "--images", Tiny.images());
    Object[] command = {"infer", "--run", "b", "--model", model, "--max-new-tokens", 1};

    Cli.Ran ran = cli.run(command);
    assertThat(ran.code()).isZero();
    assertThat(ran.err())
        .contains(
            "answers in --conv-mode vicuna_v1 end with </s>, which is no token of this model");
  }

  @Test
  void aModelMadeFromItKeepsItsPositionsAndEnds() throws IOException {
    Path other = folder.resolve("other");
    cli.ok("model", "new", "--from", model, "--fusion", "plain", "--out", other);

    JsonNode config = JSON.readTree(other.resolve("config.json").toFile());
    assertThat(config.at("/rope_scaling/rope_type").asText()).isEqualTo("llama3");
    assertThat(config.at("/rope_scaling/original_max_position_embeddings").asInt()).isEqualTo(8192);
    assertThat(config.path("eos_token_id")).hasSize(3);
    assertThat(cli.ok("model", "inspect", "--model", other)).contains("no token fusion");
  }

  @Test
  void trainingIsRefusedInOneSentence() throws IOException {
    Path world = folder.resolve("world");
    cli.ok("demo-data", "--split", "train", "--out", world, "--images", 2);
    Object[] command = {
      "train",
      "finetune",
      "--data",
      world.resolve("finetune.json"),
      "--images",
      world.resolve("images"),
      "--model",
      model,
      "--out",
      folder.resolve("trained"),
      "--max-steps",
      1
    };
    cli.run(command).complainsInOneLine(2, "has the tokenizer of Llama 3");
  }
}
