package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.RgbImage;

class DrawnWorldTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final ImageLoader loader = new ImageLoader(ImageLimits.defaults());

  @Test
  void everyQuestionHasItsPictureAndItsAnswer() throws Exception {
    DrawnWorldSummary summary = DrawnWorld.write(folder, DrawnWorldSettings.defaults());
    List<JsonNode> questions = json("questions.jsonl");
    List<JsonNode> labels = json("labels.jsonl");

    assertThat(summary.images()).isEqualTo(64);
    assertThat(summary.questions()).isEqualTo(questions.size()).isGreaterThan(64 * 4);
    assertThat(summary.expectedFailures()).isEmpty();
    assertThat(summary.expectedAnswers()).isEqualTo(questions.size());
    assertThat(ids(labels)).isEqualTo(ids(questions)).doesNotHaveDuplicates();
    assertThat(labels).allSatisfy(label -> assertThat(label.get("answer").asText()).isNotBlank());
    assertThat(questions)
        .allSatisfy(question -> assertThat(question.get("text").asText()).isNotBlank());
    assertThat(questions.stream().filter(question -> !question.has("image"))).hasSize(4);

    Map<String, Long> perImage =
        questions.stream()
            .filter(question -> question.has("image"))
            .collect(Collectors.groupingBy(q -> q.get("image").asText(), Collectors.counting()));
    assertThat(perImage).hasSize(64);
    assertThat(perImage.values()).allMatch(count -> count >= 3 && count <= 5);
    for (String image : perImage.keySet()) {
      RgbImage picture = loader.load(new ImageSource.File(folder.resolve("images"), image));
      assertThat(picture.width()).isBetween(100, 500);
    }
  }

  @Test
  void offersVariety() throws Exception {
    DrawnWorld.write(folder, DrawnWorldSettings.defaults());
    List<JsonNode> questions = json("questions.jsonl");
    Map<String, Long> categories =
        questions.stream()
            .collect(Collectors.groupingBy(q -> q.get("category").asText(), Collectors.counting()));
    assertThat(categories)
        .containsOnlyKeys(
            "colour",
            "count",
            "shape",
            "position",
            "presence",
            "size",
            "relation",
            "neighbour",
            "choice",
            "caption",
            "text");
    assertThat(categories.values()).allMatch(count -> count >= 4);
    assertThat(questions).anyMatch(q -> q.get("question_id").isTextual());
    assertThat(questions).anyMatch(q -> q.get("question_id").isInt());
    assertThat(
            questions.stream()
                .filter(q -> q.has("image"))
                .map(q -> q.get("image").asText().replaceFirst(".*\\.", ""))
                .distinct())
        .containsExactlyInAnyOrder("png", "jpg", "gif", "bmp");
    Map<String, String> answers = new HashMap<>();
    json("labels.jsonl")
        .forEach(l -> answers.put(l.get("question_id").toString(), l.get("answer").asText()));
    List<String> presence =
        questions.stream()
            .filter(q -> q.get("category").asText().equals("presence"))
            .map(q -> answers.get(q.get("question_id").toString()))
            .toList();
    assertThat(presence).contains("yes", "no").containsOnly("yes", "no");
  }

  @Test
  void askedInDetailTheQuestionsAreTheSameButForTheInstruction() throws Exception {
    DrawnWorldSettings settings = DrawnWorldSettings.defaults();
    DrawnWorld.write(folder, settings);
    List<JsonNode> brief = json("questions.jsonl");
    List<JsonNode> labels = json("labels.jsonl");
    DrawnWorld.write(folder, settings.withDetail(true));
    List<JsonNode> detailed = json("questions.jsonl");

    assertThat(json("labels.jsonl")).isEqualTo(labels);
    assertThat(ids(detailed)).isEqualTo(ids(brief));
    for (int i = 0; i < brief.size(); i++) {
      String text = brief.get(i).get("text").asText();
      boolean open = brief.get(i).get("category").asText().matches("caption|text");
      assertThat(detailed.get(i).get("text").asText())
          .isEqualTo(open ? text : text.replaceFirst("[^\n]+$", "Answer in detail."));
    }
  }

  @Test
  void drawsTheSameWorldFromTheSameSeed() throws Exception {
    DrawnWorldSettings settings = DrawnWorldSettings.defaults().withImages(20).withBroken(true);
    DrawnWorld.write(folder.resolve("a"), settings);
    DrawnWorld.write(folder.resolve("b"), settings);
    DrawnWorld.write(folder.resolve("c"), settings.withSeed(2));
    DrawnWorld.write(folder.resolve("d"), settings.withImages(25));

    Map<String, String> world = files(folder.resolve("a"));
    assertThat(files(folder.resolve("b"))).isEqualTo(world);
    assertThat(files(folder.resolve("c")).get("questions.jsonl"))
        .isNotEqualTo(world.get("questions.jsonl"));
    Map<String, String> larger = files(folder.resolve("d"));
    assertThat(larger.get("images/scene-000019.jpg"))
        .isEqualTo(world.get("images/scene-000019.jpg"))
        .isNotNull();
  }

  @Test
  void aBlackWorldAsksTheSameAndShowsNothing() throws Exception {
    DrawnWorldSettings settings = DrawnWorldSettings.defaults().withImages(20);
    DrawnWorld.write(folder.resolve("seen"), settings);
    DrawnWorld.write(folder.resolve("black"), settings.withBlack(true));

    for (String file : List.of("questions.jsonl", "labels.jsonl")) {
      assertThat(folder.resolve("black").resolve(file))
          .hasSameTextualContentAs(folder.resolve("seen").resolve(file));
    }
    for (PicturedScene pictured : SceneFile.read(folder.resolve("black/scenes.jsonl"))) {
      RgbImage picture =
          loader.load(new ImageSource.File(folder.resolve("black/images"), pictured.image()));
      assertThat(picture.width()).isEqualTo(pictured.scene().width());
      assertThat(picture.rgb()).containsOnly(0);
    }
  }

  @Test
  void brokenJobsFailAsAnnounced() throws Exception {
    DrawnWorldSummary summary =
        DrawnWorld.write(folder, DrawnWorldSettings.defaults().withImages(10).withBroken(true));
    Map<String, Integer> found = new TreeMap<>();
    int good = 0;
    for (String line : Files.readAllLines(folder.resolve("questions.jsonl"))) {
      String code = codeOf(line);
      if (code.isEmpty()) {
        good++;
      } else {
        found.merge(code, 1, Integer::sum);
      }
    }
    assertThat(found)
        .isEqualTo(summary.expectedFailures())
        .containsEntry("IMAGE_NOT_FOUND", 1)
        .containsEntry("IMAGE_DECODE", 2)
        .containsEntry("QUESTION_LINE", 2)
        .containsEntry("PROMPT_EMPTY", 1)
        .hasSize(7);
    assertThat(good).isEqualTo(summary.expectedAnswers()).isEqualTo(json("labels.jsonl").size());
  }

  private String codeOf(String line) {
    JsonNode question;
    try {
      question = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      return "QUESTION_LINE";
    }
    if (!question.has("text")) {
      return "QUESTION_LINE";
    }
    if (question.get("text").asText().isBlank()) {
      return "PROMPT_EMPTY";
    }
    if (!question.has("image")) {
      return "";
    }
    ImageException failure =
        catchThrowableOfType(
            ImageException.class,
            () ->
                loader.load(
                    ImageSource.parse(question.get("image").asText(), folder.resolve("images"))));
    return failure == null ? "" : failure.code().name();
  }

  @Test
  void refusesSenselessSettings() {
    assertThatThrownBy(() -> DrawnWorldSettings.defaults().withImages(0))
        .hasMessage("images must be in 1..1000000: 0");
    assertThatThrownBy(() -> DrawnWorldSettings.defaults().withQuestionsPerImage(-1))
        .hasMessageContaining("questionsPerImage");
    assertThatThrownBy(() -> DrawnWorldSettings.training().withBroken(true))
        .hasMessage("broken jobs are for the held-out split, not for training");
  }

  private List<JsonNode> json(String file) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(file))) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }

  private static List<String> ids(List<JsonNode> nodes) {
    return nodes.stream().map(node -> node.get("question_id").toString()).toList();
  }

  private static Map<String, String> files(Path dir) throws IOException {
    try (Stream<Path> paths = Files.walk(dir)) {
      Map<String, String> contents = new TreeMap<>();
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        contents.put(
            dir.relativize(path).toString(),
            new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
      }
      return contents;
    }
  }
}
