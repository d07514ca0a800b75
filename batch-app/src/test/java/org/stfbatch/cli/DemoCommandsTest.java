package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.LlamaTokenizer;

/** The commands for generated pictures. */
class DemoCommandsTest {
  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  @TempDir private Path folder;

  @Test
  void theTokenizerHasAPieceForEveryWordOfTheWorld() throws IOException {
    Path train = folder.resolve("train");
    Path held = folder.resolve("held");
    Cli.with().ok("demo-data", "--split", "train", "--images", 600, "--out", train);
    Cli.with().ok("demo-data", "--images", 100, "--out", held);
    Path finetune = train.resolve("finetune.json");
    Path pretrain = train.resolve("pretrain.json");
    Path out = folder.resolve("model");

    String said = Cli.with().ok("demo-tokenizer", "--data", finetune, pretrain, "--out", out);

    List<String> prompts = prompts(held);
    assertThat(prompts.stream().flatMap(p -> words(p).stream()).distinct()).hasSizeGreaterThan(100);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(out)) {
      assertThat(tokenizer.vocabSize()).isBetween(512, 700);
      assertThat(said).contains(": a tokenizer of " + tokenizer.vocabSize() + " pieces");
      for (String prompt : prompts) {
        assertThat(wordPieces(tokenizer, prompt)).isEqualTo(words(prompt));
        assertThat(tokenizer.decode(tokenizer.encode(prompt), true)).isEqualTo(prompt);
      }
      assertThat(tokenizer.encodeWithImages(prompts.get(0)))
          .hasSizeLessThan(100)
          .contains(LlamaTokenizer.IMAGE_TOKEN_INDEX);
    }
  }

  private static List<String> words(String text) {
    return WORD.matcher(text.replace("<image>", " ")).results().map(MatchResult::group).toList();
  }

  /** Returns the tokens of a prompt that contain letters, without spaces. */
  private static List<String> wordPieces(LlamaTokenizer tokenizer, String prompt) {
    return Arrays.stream(tokenizer.encodeWithImages(prompt))
        .filter(id -> id >= 0 && !tokenizer.isSpecial(id))
        .mapToObj(id -> tokenizer.decode(new int[] {id}, false).strip())
        .filter(piece -> WORD.matcher(piece).find())
        .toList();
  }

  /** Returns questions and captions as the model gets them, with their answers. */
  private static List<String> prompts(Path world) {
    List<JsonNode> questions = json(world.resolve("questions.jsonl"));
    List<JsonNode> labels = json(world.resolve("labels.jsonl"));
    return IntStream.range(0, questions.size())
        .mapToObj(
            i ->
                ConversationTemplate.VICUNA_V1
                    .prompt(
                        List.of(
                            "<image>\n" + questions.get(i).get("text").asText(),
                            labels.get(i).get("answer").asText()))
                    .replace("</s>", ""))
        .toList();
  }

  private static List<JsonNode> json(Path file) {
    try {
      ObjectMapper json = new ObjectMapper();
      return json.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile()).readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theScoreIsATableByKind() throws IOException {
    Cli.with().ok("demo-data", "--images", 40, "--questions-per-image", 9, "--out", folder);
    Path labels = folder.resolve("labels.jsonl");
    Path answers = folder.resolve("answers.jsonl");
    Files.writeString(
        answers,
        Files.readString(labels)
            .replace("\"answer\":", "\"text\":")
            .replace("\"text\":\"yes\"", "\"text\":\"no\""));

    String table = Cli.with().ok("demo-score", "--labels", labels, "--answers", answers);

    assertThat(table.lines().map(line -> line.split("  ")[0]))
        .contains("colour", "count", "presence", "choice", "caption", "all short answers")
        .contains("unseen relation", "unseen layout");
    assertThat(table.lines().filter(line -> line.startsWith("colour")))
        .singleElement()
        .satisfies(line -> assertThat(line).contains("100.0 % \u00b1  0.0 %", "12.5 %"));
    assertThat(table.lines().filter(line -> line.startsWith("presence")))
        .singleElement()
        .satisfies(line -> assertThat(line).doesNotContain("100.0 %").contains("  50.0 %"));

    Path perfect = folder.resolve("perfect.jsonl");
    Files.writeString(perfect, Files.readString(labels).replace("\"answer\":", "\"text\":"));
    String compared =
        Cli.with().ok("demo-score", "--labels", labels, "--answers", perfect, "--against", answers);
    assertThat(compared.substring(compared.indexOf("against")).lines())
        .anySatisfy(
            line -> assertThat(line).matches("colour +100.0 % +100.0 % +\\+0.0 % \u00b1  0.0 %"))
        .anySatisfy(line -> assertThat(line).matches("presence +100.0 % .* \\+\\d.* %"));

    Path one =
        Files.writeString(
            folder.resolve("one.jsonl"),
            Files.readAllLines(labels).get(0) + System.lineSeparator());
    assertThat(
            Cli.with()
                .ok("demo-score", "--labels", one, "--answers", perfect, "--against", answers))
        .containsPattern("all short answers +\\d+.0 % +\\d+.0 % +\\+\\d+.0 % \u00b1 unknown");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws IOException {
    Path nothing = folder.resolve("nothing.json");
    Path text = Files.writeString(folder.resolve("text.json"), "[{\"id\": 1}]");
    Cli cli = Cli.with();

    cli.run("demo-tokenizer", "--data", nothing, "--out", folder)
        .complainsInOneLine(2, "there is no file " + nothing);
    cli.run("demo-tokenizer", "--data", text, "--out", folder)
        .complainsInOneLine(2, text + " is not LLaVA's training JSON");
    cli.run("demo-score", "--labels", nothing, "--answers", text)
        .complainsInOneLine(2, text.toString());
    cli.run("demo-data", "--out", folder, "--split", "train", "--broken")
        .complainsInOneLine(2, "broken jobs are for the held-out split");
    assertThat(cli.run("demo-data", "--out", folder, "--split", "test").err())
        .contains("'test' is neither train nor held-out")
        .contains("demo-data --help");
  }
}
