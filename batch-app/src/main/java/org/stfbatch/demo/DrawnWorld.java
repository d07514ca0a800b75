package org.stfbatch.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/**
 * Writes pictures of shapes and questions about them.
 *
 * <p>A world is a folder: {@code images/} with the pictures, {@code questions.jsonl} in LLaVA's
 * form (question_id, image, text, category; image is relative to {@code images/}), and {@code
 * labels.jsonl} (question_id, answer) for the questions that have an answer. Every picture has
 * several questions; its caption comes near the end of the file, far from them. A few questions
 * have no picture. Ids are numbers, and strings for every eighth picture.
 */
public final class DrawnWorld {
  private static final List<Question> WITHOUT_PICTURE =
      List.of(
          new Question("text", "How many sides does a triangle have?", "three"),
          new Question("text", "Which colour comes of mixing blue and yellow?", "green"),
          new Question("text", "Which is longer, a mile or a metre?", "a mile"),
          new Question("text", "What is seven minus two?", "five"));

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path images;
  private final DrawnWorldSettings settings;
  private final List<Entry> questions = new ArrayList<>();
  private final List<Entry> captions = new ArrayList<>();
  private int nextId = 1;

  private record Entry(JsonNode id, Optional<String> image, Question question) {}

  private DrawnWorld(Path dir, DrawnWorldSettings settings) {
    this.images = dir.resolve("images");
    this.settings = settings;
  }

  /**
   * Writes a world into {@code dir}, which is created if needed; files of the same names are
   * replaced.
   */
  public static DrawnWorldSummary write(Path dir, DrawnWorldSettings settings) throws IOException {
    // Drawing into memory needs no display, even where DISPLAY names one that is gone.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    ImageIO.setUseCache(false);
    return new DrawnWorld(dir, settings).write(dir);
  }

  private DrawnWorldSummary write(Path dir) throws IOException {
    Files.createDirectories(images);
    for (int number = 0; number < settings.images(); number++) {
      addScene(number);
    }
    List<Entry> entries = new ArrayList<>(questions);
    for (Question question : WITHOUT_PICTURE) {
      entries.add(new Entry(numericId(), Optional.empty(), question));
    }
    entries.addAll(captions);
    List<String> lines = new ArrayList<>(entries.stream().map(DrawnWorld::questionLine).toList());
    TreeMap<String, Integer> failures = new TreeMap<>();
    if (settings.broken()) {
      addBroken(lines, failures);
    }
    writeLines(dir.resolve("questions.jsonl"), lines);
    writeLines(dir.resolve("labels.jsonl"), entries.stream().map(DrawnWorld::labelLine).toList());
    return new DrawnWorldSummary(settings.images(), lines.size(), failures);
  }

  private void addScene(int number) throws IOException {
    SplittableRandom random = randomOf(number);
    Scene scene = new SceneComposer(random.split()).compose();
    PictureFormat format = PictureFormat.ofScene(number);
    String folder = number % 16 == 9 ? "more pictures/" : "";
    String image = folder + String.format(Locale.ROOT, "scene-%06d.%s", number, format.extension());
    format.write(SceneArtist.draw(scene), images.resolve(image));

    QuestionAuthor author = new QuestionAuthor(scene, random.split());
    for (Question question : author.ask(settings.questionsPerImage())) {
      questions.add(new Entry(id(number, question), Optional.of(image), question));
    }
    Question caption = author.caption();
    captions.add(new Entry(id(number, caption), Optional.of(image), caption));
  }

  private SplittableRandom randomOf(int number) {
    return new SplittableRandom(settings.seed() * 0x9e3779b97f4a7c15L + number);
  }

  private JsonNode id(int number, Question question) {
    return number % 8 == 3
        ? JsonNodeFactory.instance.textNode("scene-" + number + "/" + question.category())
        : numericId();
  }

  private JsonNode numericId() {
    return JsonNodeFactory.instance.numberNode(nextId++);
  }

  /** Spreads the broken lines evenly over the others. */
  private void addBroken(List<String> lines, TreeMap<String, Integer> failures) throws IOException {
    BufferedImage drawing = SceneArtist.draw(new SceneComposer(randomOf(-1)).compose());
    List<BrokenJobs.BrokenLine> broken = BrokenJobs.write(images, drawing);
    int gap = lines.size() / (broken.size() + 1);
    for (int i = broken.size() - 1; i >= 0; i--) {
      lines.add((i + 1) * gap, broken.get(i).line());
      failures.merge(broken.get(i).expectedCode(), 1, Integer::sum);
    }
  }

  private static String questionLine(Entry entry) {
    ObjectNode line = JSON.createObjectNode();
    line.set("question_id", entry.id());
    entry.image().ifPresent(image -> line.put("image", image));
    line.put("text", entry.question().text()).put("category", entry.question().category());
    return line.toString();
  }

  private static String labelLine(Entry entry) {
    ObjectNode line = JSON.createObjectNode();
    line.set("question_id", entry.id());
    return line.put("answer", entry.question().answer()).toString();
  }

  private static void writeLines(Path file, List<String> lines) throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (String line : lines) {
        writer.write(line);
        writer.write('\n');
      }
    }
  }
}
