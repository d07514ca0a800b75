package org.stfbatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
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
 * What the documents show must work: every command of an {@code sh} block is typed as it stands,
 * one shell a document, and every link leads to a file and a heading.
 */
final class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String TOWER = "openai/clip-vit-large-patch14-336";
  private static final Pattern SHELL_BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("^[a-z]+:.*");
  private static final int README_BYTES = 9_000;
  private static final int PICTURE_BYTES = 200_000;

  @Test
  void everyCommandWorksAsItStands(@TempDir Path folder) throws Exception {
    layOut(folder);

    try (HubServer hub = hub()) {
      // Otherwise each command starts and stops the database; db/README.md stops it.
      type("scripts/stf-batch db start", folder, hub);
      for (Path document : documents()) {
        type(shellBlocks(document), folder, hub);
      }
    }

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

  /** A command that no document shows is one that nobody finds. */
  @Test
  void theDocumentsShowEveryTask() throws IOException {
    StringBuilder commands = new StringBuilder();
    for (Path document : documents()) {
      commands.append(shellBlocks(document));
    }
    assertThat(commands)
        .contains(
            "ingest",
            "infer",
            "status",
            "export",
            "watch",
            "report",
            "retry",
            "publish",
            "intake",
            "model inspect",
            "db start",
            "kafka start",
            "evaluate",
            "score",
            "bench engine",
            "train pretrain",
            "train finetune");
  }

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    for (Path document : documents()) {
      String text = CODE_BLOCK.matcher(Files.readString(document)).replaceAll("");
      for (MatchResult link : LINK.matcher(text).results().toList()) {
        if (!ELSEWHERE.matcher(link.group(1)).matches()) {
          assertLeadsSomewhere(document, link.group(1));
        }
      }
    }
  }

  @Test
  void theReadmeIsShortAndItsPictureSmall() throws IOException {
    assertThat(Files.size(ROOT.resolve("README.md"))).isLessThanOrEqualTo(README_BYTES);
    assertThat(Files.size(ROOT.resolve("batch-app/docs/report.png")))
        .isLessThanOrEqualTo(PICTURE_BYTES);
  }

  /** The README first, since people begin there; the others in the order of their paths. */
  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    documents.add(ROOT.resolve("README.md"));
    for (String folder :
        List.of(".github", "batch-app/docs", "batch-app/models", "db", "kafka", "scripts")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files
            .filter(
                file -> file.toString().endsWith(".md") && !file.toString().contains("/target/"))
            .sorted()
            .forEach(documents::add);
      }
    }
    return documents;
  }

  private static void assertLeadsSomewhere(Path document, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
    assertThat(target).as("%s links to %s", ROOT.relativize(document), link).exists();
    if (parts.length == 2) {
      assertThat(anchors(target))
          .as("headings that %s links to", ROOT.relativize(document))
          .contains(parts[1]);
    }
  }

  /** As GitHub makes them of headings. */
  private static List<String> anchors(Path document) throws IOException {
    String text = CODE_BLOCK.matcher(Files.readString(document)).replaceAll("");
    return HEADING
        .matcher(text)
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  private static void type(String commands, Path folder, HubServer hub) throws Exception {
    if (commands.isEmpty()) {
      return;
    }
    Path log = folder.resolve("log");
    ProcessBuilder shell = new ProcessBuilder("bash", "-euxc", commands).directory(folder.toFile());
    shell.environment().put("HOME", folder.toString());
    shell.environment().put("DJL_CACHE_DIR", System.getProperty("user.home") + "/.djl.ai");
    shell.environment().put("HF_ENDPOINT", hub.endpoint());
    int exit = shell.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    assertThat(exit).as(Files.readString(log)).isZero();
  }

  private static String shellBlocks(Path document) throws IOException {
    return SHELL_BLOCK
        .matcher(Files.readString(document))
        .results()
        .map(block -> block.group(1))
        .collect(Collectors.joining("\n"));
  }

  /** The files that the documents speak of, under their names. */
  private static void layOut(Path folder) throws IOException {
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

  /** A hub that has the recorded checkpoint under the real one's name. */
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
