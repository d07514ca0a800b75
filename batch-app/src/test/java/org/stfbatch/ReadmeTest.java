package org.stfbatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.demo.DrawnWorld;
import org.stfbatch.demo.DrawnWorldSettings;
import org.stfbatch.hub.HubServer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Launcher;
import org.stfbatch.testing.ParquetTable;

/**
 * Runs every command of the README's {@code sh} blocks unchanged, in one shell; all must succeed.
 */
final class ReadmeTest {
  private static final String TOWER = "openai/clip-vit-large-patch14-336";
  private static final Pattern SHELL_BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");

  @Test
  void everyCommandWorksAsItStands(@TempDir Path folder) throws Exception {
    String commands = shellBlocks(Files.readString(Path.of("../README.md")));
    assertThat(commands)
        .contains(
            "ingest",
            "infer",
            "status",
            "export",
            "watch",
            "report",
            "model inspect",
            "db start",
            "evaluate",
            "score",
            "train pretrain",
            "train finetune");
    createFiles(folder);

    Path log = folder.resolve("log");
    ProcessBuilder shell = new ProcessBuilder("bash", "-euxc", commands).directory(folder.toFile());
    shell.environment().put("HOME", folder.toString());
    shell.environment().put("DJL_CACHE_DIR", System.getProperty("user.home") + "/.djl.ai");
    int exit;
    try (HubServer hub = hub()) {
      shell.environment().put("HF_ENDPOINT", hub.endpoint());
      exit = shell.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    }

    assertThat(exit).as(Files.readString(log)).isZero();
    assertThat(Files.readAllLines(folder.resolve("answers.jsonl"))).hasSizeGreaterThan(10);
    assertThat(Files.readAllLines(folder.resolve("captions.jsonl"))).hasSize(6);
    assertThat(Files.readString(folder.resolve("answers.csv"))).startsWith("custom_id,");
    assertThat(Files.readString(folder.resolve("report.html"))).contains("<!doctype html>");
    assertThat(Files.readString(folder.resolve("report.md"))).startsWith("# Run nightly-");
    assertThat(folder.resolve("trace.safetensors")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("output.jsonl"))).contains("chat.completion");
    assertThat(folder.resolve("errors.jsonl")).isEmptyFile();
    assertThat(Files.readAllLines(folder.resolve("choices.jsonl")))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains("\"finish_reason\":\"choice\""));
    assertThat(folder.resolve("llava-stf-7b/clip-vit-large-patch14-336/config.json")).exists();
    assertThat(folder.resolve("evaluation/llava-stf-7b/vizwiz/upload.json")).isNotEmptyFile();
    assertThat(folder.resolve("evaluation/llava-stf-7b/vizwiz/answers-vizwiz/upload.json"))
        .hasSameTextualContentAs(folder.resolve("evaluation/llava-stf-7b/vizwiz/upload.json"));
  }

  private static String shellBlocks(String readme) {
    return SHELL_BLOCK
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .collect(Collectors.joining("\n"));
  }

  /** Creates the files that the README mentions, under their names. */
  private static void createFiles(Path folder) throws IOException {
    DrawnWorld.write(
        folder, DrawnWorldSettings.defaults().withImages(6).withQuestionsPerImage(3).withSeed(3));
    copy(folder.resolve("images"), folder.resolve("photos"));
    try (Stream<Path> images = Files.list(folder.resolve("images"))) {
      Files.copy(images.sorted().findFirst().orElseThrow(), folder.resolve("images/kite.png"));
    }
    Files.writeString(folder.resolve("captions.json"), training("Describe it.", "a kite"));
    Files.writeString(folder.resolve("conversations.json"), training("What flies?", "A kite."));
    copy(Golden.file("checkpoints/tiny"), folder.resolve("llava-stf-7b"));
    copy(Golden.file("checkpoints/small-llava15"), folder.resolve("llava-v1.5-7b"));
    copy(Golden.file("checkpoints/clip-small"), folder.resolve("clip-small"));
    copy(Golden.file("checkpoints/clip-tiny"), folder.resolve("clip-tiny"));
    Launcher.write(Files.createDirectory(folder.resolve("scripts")).resolve("stf-batch"));
    Files.writeString(
        folder.resolve("requests.jsonl"),
        """
        {"custom_id": "a-17", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [{"role": "user", "content": [\
        {"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "kite.png"}}]}]}}
        """);
    Files.writeString(
        folder.resolve("questions.csv"), "question_id,image,text\n1,kite.png,What is this?\n");
    ParquetTable.questions(folder.resolve("questions.parquet"), 3, 2);
  }

  /** Starts a hub that serves the recorded checkpoint under the name of the real one. */
  private static HubServer hub() throws IOException {
    HubServer hub = new HubServer();
    try (Stream<Path> model = Files.list(Golden.file("checkpoints/tiny"));
        Stream<Path> tower = Files.list(Golden.file("checkpoints/clip-tiny"))) {
      for (Path file : model.toList()) {
        hub.has("visresearch/LLaVA-STF", file.getFileName().toString(), onHub(file));
      }
      for (Path file : tower.toList()) {
        hub.has(TOWER, file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return hub;
  }

  private static byte[] onHub(Path file) throws IOException {
    return file.endsWith("config.json")
        ? Files.readString(file).replace("clip-tiny", TOWER).getBytes(StandardCharsets.UTF_8)
        : Files.readAllBytes(file);
  }

  private static String training(String question, String answer) {
    return """
        [{"id": "1", "image": "kite.png", "conversations": [
          {"from": "human", "value": "<image>\\n%s"}, {"from": "gpt", "value": "%s"}]}]
        """
        .formatted(question, answer);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
