package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final String DETAIL = "\nAnswer in detail.";
  private static final String SHORT = "\nAnswer the question using a single word or phrase.";

  private static final Pattern RELATED =
      Pattern.compile("the (\\w+ \\w+ \\w+) is (.+?) the (\\w+ \\w+ \\w+)\\.");

  private static final String ITEM =
      "(small|medium|large) [a-z]+ [a-z]+ (at|on|in) the ((top|bottom)( left| right)?|left|right|middle)";

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
  void languageSamplesHaveTheSameQuestionsAboutADescription() throws IOException {
    List<String> spoken =
        finetune.stream()
            .filter(sample -> sample.has("image"))
            .flatMap(sample -> turns(sample).stream())
            .map(turn -> value(turn).replaceAll("<image>\n|\n?A[a-z' ]+\\.$", ""))
            .toList();
    Set<String> said = new HashSet<>(spoken);
    Set<String> practised = new HashSet<>();
    for (JsonNode sample : samples("language.json")) {
      String[] asked = value(turns(sample).get(0)).split("\\.\n", 2);
      String answer = value(turns(sample).get(1));
      assertThat(sample.has("image")).isFalse();
      assertThat(turns(sample)).hasSize(2);
      assertThat(asked[0].split(", ")).isNotEmpty().allMatch(item -> item.matches(ITEM));
      if (!sample.get("id").asText().endsWith("/caption")) {
        practised.add(asked[1].split(" ")[0]);
        assertThat(said).contains(asked[1].replaceAll("\n?A[a-z' ]+\\.$", ""), answer);
      }
    }
    assertThat(practised).contains("What", "Which", "Where", "How", "Is", "Can");
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
  void everyPictureIsUsedAndExists() throws Exception {
    ImageLoader loader = new ImageLoader(ImageLimits.defaults());
    for (Map.Entry<String, Scene> entry : scenes.entrySet()) {
      assertThat(
              loader.load(new ImageSource.File(folder.resolve("images"), entry.getKey())).width())
          .isEqualTo(entry.getValue().width());
      List<JsonNode> about =
          finetune.stream()
              .filter(sample -> sample.path("image").asText().equals(entry.getKey()))
              .filter(TrainingFilesTest::isDetailed)
              .toList();
      assertThat(about).hasSize(2).allMatch(sample -> turns(sample).size() <= 2 * 4);
      assertThat(about.stream().mapToInt(sample -> turns(sample).size() / 2).sum()).isBetween(6, 8);
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
              .filter(
                  text ->
                      !text.contains("\nA. ")
                          && !sample.get("id").asText().matches(".*/(detail|caption)"))
              .toList();
      for (int i = 0; i < open.size(); i++) {
        assertThat(open.get(i).endsWith(SHORT)).isEqualTo(i == 0);
      }
      assertThat(asked)
          .filteredOn(text -> text.contains("\nA. ") && !isDetailed(sample))
          .allMatch(text -> text.endsWith("letter from the given choices directly."));
    }
  }

  private static boolean isDetailed(JsonNode sample) {
    return sample.get("id").asText().endsWith("/detail");
  }

  @Test
  void everyFourthConversationIsBriefAndHasTheAnswersOfTheOneInDetail() {
    Map<String, List<JsonNode>> turns =
        finetune.stream()
            .collect(Collectors.toMap(s -> s.get("id").asText(), TrainingFilesTest::turns));
    int compared = 0;
    for (JsonNode sample : finetune.stream().filter(TrainingFilesTest::isDetailed).toList()) {
      List<JsonNode> detailed = turns(sample);
      List<JsonNode> brief =
          turns.getOrDefault(sample.get("id").asText().replace("/detail", ""), List.of());
      assertThat(brief.isEmpty() ? detailed : brief).hasSameSizeAs(detailed);
      for (int i = 0; i < detailed.size(); i += 2) {
        assertThat(value(detailed.get(i)).endsWith(DETAIL)).isEqualTo(i == 0);
      }
      for (int i = 1; i < brief.size(); i += 2) {
        assertThat(value(detailed.get(i))).endsWith(": " + value(brief.get(i)));
        compared++;
      }
    }
    int briefPictures = (IMAGES + 3) / 4;
    assertThat(compared).isBetween(6 * briefPictures, 8 * briefPictures);
  }

  @Test
  void captionsSayAllThatIsInThePicture() {
    assertThat(pretrain).hasSize(IMAGES);
    for (JsonNode sample : pretrain) {
      String instruction = value(turns(sample).get(0)).replaceAll("\\n?<image>\\n?", "");
      String caption = value(turns(sample).get(1)).toLowerCase(Locale.ROOT);
      Scene scene = scenes.get(sample.get("image").asText());
      switch (instruction) {
        case "How many are there of each kind?" -> assertCounts(caption, scene);
        case "How do the things lie to each other?" -> assertRelations(caption, scene);
        default -> assertItems(caption, scene);
      }
    }
    assertThat(pretrain.stream().map(s -> value(turns(s).get(0))).distinct()).hasSize(14);
    assertThat(pretrain).anyMatch(s -> value(turns(s).get(0)).startsWith("<image>\n"));
  }

  private static void assertItems(String caption, Scene scene) {
    for (Item item : scene.items()) {
      assertThat(caption).contains("a " + item.words()).contains(item.place().phrase());
    }
    assertThat(caption.split(" (small|medium|large) ")).hasSize(scene.items().size() + 1);
  }

  private static void assertCounts(String caption, Scene scene) {
    for (String word : "red yellow circle heart small large".split(" ")) {
      int count = scene.count(item -> item.words().matches(".*\\b" + word + "\\b.*"));
      assertThat(caption).contains(word + " " + count);
    }
  }

  private static void assertRelations(String caption, Scene scene) {
    int items = scene.items().size();
    assertThat(caption.split("\\. ")).hasSize(Math.max(1, items * (items - 1) / 2));
    for (Item item : scene.items()) {
      assertThat(caption).contains(item.words());
    }
    Matcher related = RELATED.matcher(caption);
    int relations = 0;
    while (related.find()) {
      relations++;
      String[] phrases = related.group(2).split(" and ");
      assertThat(scene.items())
          .as(related.group())
          .anyMatch(
              one ->
                  one.words().equals(related.group(1))
                      && scene.has(
                          other ->
                              other.words().equals(related.group(3))
                                  && hold(phrases, one.place(), other.place())));
    }
    assertThat(relations).isEqualTo(items * (items - 1) / 2);
  }

  /** Whether exactly these relations hold. */
  private static boolean hold(String[] phrases, Place one, Place other) {
    return Stream.of(Relation.values())
        .filter(relation -> relation.holds(one, other))
        .map(Relation::phrase)
        .toList()
        .equals(List.of(phrases));
  }
}
