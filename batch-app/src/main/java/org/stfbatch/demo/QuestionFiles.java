package org.stfbatch.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.demo.BrokenJobs.BrokenLine;

/**
 * Writer of LLaVA's evaluation files: {@code questions.jsonl} (question_id, image, text, category)
 * and {@code labels.jsonl} with the answers. A picture's caption comes near the end of the file,
 * far from its other questions; a few questions have no picture. Ids are numbers, except strings
 * for every eighth picture.
 */
final class QuestionFiles implements WorldFiles {
  private static final String LABELS = "labels.jsonl";
  private static final String QUESTIONS = "questions.jsonl";
  static final List<String> NAMES = List.of(LABELS, QUESTIONS);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path dir;
  private final boolean detail;
  private final List<BrokenLine> broken;
  private final List<Entry> questions = new ArrayList<>();
  private final List<Entry> captions = new ArrayList<>();
  private int nextId = 1;

  private record Entry(
      JsonNode id, Optional<String> image, Set<Split.Novelty> unseen, Question question) {}

  /**
   * @param detail whether to ask for detailed answers
   * @param broken lines to distribute evenly among the others
   */
  QuestionFiles(Path dir, boolean detail, List<BrokenLine> broken) {
    this.dir = dir;
    this.detail = detail;
    this.broken = List.copyOf(broken);
  }

  @Override
  public void add(int number, PicturedScene pictured, List<Question> asked, List<Question> styles) {
    for (int i = 0; i < asked.size(); i++) {
      questions.add(entry(number, i, pictured, asked.get(i)));
    }
    captions.add(entry(number, asked.size(), pictured, styles.get(number % styles.size())));
  }

  private Entry entry(int number, int index, PicturedScene pictured, Question question) {
    JsonNode id =
        number % 8 == 3
            ? JsonNodeFactory.instance.textNode("scene-%d/%d".formatted(number, index))
            : numericId();
    Set<Split.Novelty> unseen = Split.novelties(pictured.scene());
    return new Entry(id, Optional.of(pictured.image()), unseen, question);
  }

  private JsonNode numericId() {
    return JsonNodeFactory.instance.numberNode(nextId++);
  }

  @Override
  public int commit() throws IOException {
    List<Entry> entries = new ArrayList<>(questions);
    for (Question fact : Facts.ALL) {
      entries.add(new Entry(numericId(), Optional.empty(), Set.of(), fact));
    }
    entries.addAll(captions);
    List<String> lines = new ArrayList<>(entries.stream().map(this::questionLine).toList());
    int gap = lines.size() / (broken.size() + 1);
    for (int i = broken.size() - 1; i >= 0; i--) {
      lines.add((i + 1) * gap, broken.get(i).line());
    }
    write(LABELS, entries.stream().map(QuestionFiles::labelLine).toList());
    write(QUESTIONS, lines);
    return lines.size();
  }

  private void write(String name, List<String> lines) throws IOException {
    try (NewFile file = new NewFile(dir.resolve(name))) {
      for (String line : lines) {
        file.line(line);
      }
      file.commit();
    }
  }

  private String questionLine(Entry entry) {
    Question question = entry.question();
    ObjectNode line = JSON.createObjectNode();
    line.set("question_id", entry.id());
    entry.image().ifPresent(image -> line.put("image", image));
    line.put("text", detail ? question.inDetail() : question.instructed());
    return line.put("category", question.category().word()).toString();
  }

  private static String labelLine(Entry entry) {
    Question question = entry.question();
    ObjectNode line = JSON.createObjectNode();
    line.set("question_id", entry.id());
    line.put("answer", question.answer()).put("category", question.category().word());
    line.put("chance", question.chance());
    ArrayNode unseen = line.putArray("unseen");
    entry.unseen().forEach(novelty -> unseen.add(novelty.word()));
    return line.toString();
  }

  @Override
  public void close() {}
}
