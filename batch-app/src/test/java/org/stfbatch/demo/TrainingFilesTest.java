package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;

class TrainingFilesTest {
  private static final int IMAGES = 150;
  private static final String SHORT = "\nAnswer the question using a single word or phrase.";

  @TempDir private Path folder;
  private DrawnWorldSummary summary;
  private List<JsonNode> finetune;
  private List<JsonNode> pretrain;
  private Map<String, Scene> scenes;

  @BeforeEach
  void write() throws IOException {
    summary = DrawnWorld.write(folder, DrawnWorldSettings.training().withImages(IMAGES));
    finetune = samples("finetune.json");
    pretrain = samples("pretrain.json");
    scenes =
        SceneFile.read(folder.resolve("scenes.jsonl")).stream()
            .collect(Collectors.toMap(PicturedScene::image, PicturedScene::scene));
  }

  private List<JsonNode> samples(String file) throws IOException {
    JsonNode array = new ObjectMapper().readTree(folder.resolve(file).toFile());
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static List<JsonNode> turns(JsonNode sample) {
    return StreamSupport.stream(sample.get("conversations").spliterator(), false).toList();
  }

  private static String value(JsonNode turn) {
    return turn.get("value").asText();
  }

  @Test
  void humanAndModelTakeTurnsAndTheImageStandsInTheFirst() {
    for (JsonNode sample : concat(finetune, pretrain)) {
      List<JsonNode> turns = turns(sample);
      assertThat(turns.size()).isPositive().isEven();
      for (int i = 0; i < turns.size(); i++) {
        assertThat(turns.get(i).get("from").asText()).isEqualTo(i % 2 == 0 ? "human" : "gpt");
        assertThat(value(turns.get(i)).contains("<image>"))
            .isEqualTo(i == 0 && sample.has("image"));
      }
    }
    assertThat(finetune.stream().map(sample -> sample.get("id").asText())).doesNotHaveDuplicates();
    assertThat(summary.questions())
        .isEqualTo(finetune.stream().mapToInt(sample -> turns(sample).size() / 2).sum());
  }

  @Test
  void languageIsLearnedFromCaptionsInPlaceOfPictures() throws IOException {
    Map<String, String> asked =
        finetune.stream()
            .filter(sample -> sample.has("image"))
            .collect(Collectors.toMap(s -> s.get("id").asText(), s -> value(turns(s).get(1))));
    int answered = 0;
    for (JsonNode sample : samples("language.json")) {
      assertThat(sample.has("image")).isFalse();
      assertThat(value(turns(sample).get(0))).contains(".\n").doesNotContain("<image>");
      String id = sample.get("id").asText();
      if (asked.containsKey(id) && !id.endsWith("/caption")) {
        answered++;
        assertThat(value(turns(sample).get(1))).isEqualTo(asked.get(id));
      }
    }
    assertThat(answered).isGreaterThan(IMAGES / 2);
  }

  @Test
  void regionsTellWhatPatchesShow() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("regions.jsonl"));
    assertThat(lines).hasSize(IMAGES);
    for (String text : lines) {
      JsonNode line = new ObjectMapper().readTree(text);
      Scene scene = scenes.get(line.get("image").asText());
      Set<Integer> shown = new TreeSet<>();
      line.get("patches").forEach(patch -> shown.add(patch.asInt()));
      Set<Integer> expected = new TreeSet<>(Set.of(-1));
      for (int i = 0; i < scene.items().size(); i++) {
        expected.add(i);
        assertThat(line.get("regions").get(i).toString())
            .contains(scene.items().get(i).colour().word(), scene.items().get(i).shape().word());
      }
      assertThat(line.get("patches")).hasSize(24 * 24);
      assertThat(shown).isEqualTo(expected);
    }
  }

  private static List<JsonNode> concat(List<JsonNode> first, List<JsonNode> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  @Test
  void everyPictureIsTalkedAboutAndThere() throws Exception {
    ImageLoader loader = new ImageLoader(ImageLimits.defaults());
    for (Map.Entry<String, Scene> entry : scenes.entrySet()) {
      assertThat(
              loader.load(new ImageSource.File(folder.resolve("images"), entry.getKey())).width())
          .isEqualTo(entry.getValue().width());
      List<JsonNode> about =
          finetune.stream()
              .filter(sample -> sample.path("image").asText().equals(entry.getKey()))
              .toList();
      assertThat(about).isNotEmpty();
      assertThat(turns(about.get(0)).size() / 2).isBetween(6, 8);
    }
    assertThat(scenes).hasSize(IMAGES);
    assertThat(finetune.stream().filter(sample -> !sample.has("image"))).hasSize(3);
  }

  @Test
  void theFirstShortQuestionSaysHowToAnswerAndChoicesAlwaysDo() {
    for (JsonNode sample : finetune) {
      List<String> asked =
          turns(sample).stream()
              .filter(turn -> turn.get("from").asText().equals("human"))
              .map(TrainingFilesTest::value)
              .toList();
      List<String> open =
          asked.stream()
              .filter(text -> !text.contains("\nA. ") && !sample.get("id").asText().contains("/"))
              .toList();
      for (int i = 0; i < open.size(); i++) {
        assertThat(open.get(i).endsWith(SHORT)).isEqualTo(i == 0);
      }
      assertThat(asked)
          .filteredOn(text -> text.contains("\nA. "))
          .allMatch(text -> text.endsWith("letter from the given choices directly."));
    }
  }

  @Test
  void captionsSayAllThatIsInThePicture() {
    assertThat(pretrain).hasSize(IMAGES);
    for (JsonNode sample : pretrain) {
      String caption = value(turns(sample).get(1)).toLowerCase(Locale.ROOT);
      Scene scene = scenes.get(sample.get("image").asText());
      for (Item item : scene.items()) {
        assertThat(caption).contains("a " + item.words()).contains(item.place().phrase());
      }
      assertThat(caption.split(" (small|medium|large) ")).hasSize(scene.items().size() + 1);
    }
    assertThat(pretrain.stream().map(s -> value(turns(s).get(0))).distinct()).hasSize(4);
    assertThat(pretrain).anyMatch(s -> value(turns(s).get(0)).startsWith("<image>\n"));
  }
}
