package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.stfbatch.evaluation.Score.Metric;

/**
 * POPE: yes-or-no questions about the presence of objects. The paper's result is the unweighted
 * mean of the F1 of the three sets. Answers are matched with labels by their order within a set,
 * not by id.
 */
final class Pope extends LineBenchmark {
  private static final Published PUBLISHED = new Published(86.0, 8910);
  private static final double PERCENT = 100;
  private static final String BEGINNING = "coco_pope_";
  private static final String ENDING = ".json";
  private static final DataFile LABELS =
      DataFile.from(
          "https://github.com/AoiDragon/POPE (output/coco, at e3e39262c85a6a83f26cf5094022a782cb0df58d)",
          "coco");
  private static final DataSet DATA =
      new DataSet(
          "pope",
          "POPE",
          Optional.of(PUBLISHED),
          List.of("pope"),
          DataFile.fromEvalZip("llava_pope_test.jsonl"),
          Optional.of(DataFile.from("http://images.cocodataset.org/zips/val2014.zip", "val2014")),
          List.of(LABELS));

  Pope() {
    super(DATA, QuestionLines.SHORT_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant);
    Map<String, List<RawAnswer>> byCategory = byCategory(data, answers);
    List<Metric> metrics = new ArrayList<>();
    List<Double> f1 = new ArrayList<>();
    for (LabelFile file : labelFiles(data.find(LABELS))) {
      List<Boolean> saidYes =
          byCategory.getOrDefault(file.category(), List.of()).stream()
              .map(answer -> isYes(answer.text()))
              .toList();
      Counts counts = Counts.of(file.category(), saidYes, file.labels());
      metrics.addAll(counts.metrics(variant));
      f1.add(counts.f1(variant));
    }
    double mean = f1.stream().reduce(0.0, Double::sum) / f1.size();
    return Score.of("mean F1", PERCENT * mean).with(metrics);
  }

  /** Answers to a set that is not scored are ignored. */
  private static Map<String, List<RawAnswer>> byCategory(DataFolder data, RawAnswers answers) {
    FoundFile questions = data.find(DATA.questionFile());
    Map<QuestionId, JsonNode> byId = new HashMap<>();
    questions.objects(
        (row, line) -> byId.put(questions.key(line, "question_id", "line " + row), line));
    Map<String, List<RawAnswer>> byCategory = new HashMap<>();
    for (RawAnswer answer : answers.list()) {
      JsonNode question = byId.get(answer.id());
      if (question == null) {
        throw answer.bad("answers question " + answer.id() + ", which is none of POPE's");
      }
      JsonNode category = questions.value(question, "category", "question " + answer.id());
      if (category.isTextual()) {
        byCategory.computeIfAbsent(category.textValue(), c -> new ArrayList<>()).add(answer);
      }
    }
    return byCategory;
  }

  /** An answer is "yes" unless one of three words occurs before the first period. */
  static boolean isYes(String text) {
    int period = text.indexOf('.');
    String sentence = period < 0 ? text : text.substring(0, period);
    List<String> words = List.of(sentence.replace(",", "").split(" ", -1));
    return !(words.contains("No") || words.contains("not") || words.contains("no"));
  }

  /** Labels of one set, in order. */
  private record LabelFile(String category, List<Boolean> labels) {}

  private static List<LabelFile> labelFiles(FoundFile folder) {
    try (Stream<Path> entries = Files.list(folder.path())) {
      List<LabelFile> files =
          entries.sorted().map(file -> labelFile(new FoundFile(file, folder.origin()))).toList();
      if (files.isEmpty()) {
        throw folder.damaged("it is empty");
      }
      return files;
    } catch (IOException e) {
      throw folder.unreadable(e);
    }
  }

  private static LabelFile labelFile(FoundFile file) {
    String name = file.path().getFileName().toString();
    if (!name.startsWith(BEGINNING)
        || !name.endsWith(ENDING)
        || name.length() < BEGINNING.length() + ENDING.length()) {
      throw file.damaged(
          "its folder may hold nothing but files named " + BEGINNING + "..." + ENDING);
    }
    List<Boolean> labels = new ArrayList<>();
    file.objects((line, object) -> labels.add(isYes(file, line, object)));
    return new LabelFile(
        name.substring(BEGINNING.length(), name.length() - ENDING.length()), labels);
  }

  private static boolean isYes(FoundFile file, long line, JsonNode object) {
    if (!object.has("label")) {
      throw file.damaged("line " + line + " has no \"label\"");
    }
    return !object.path("label").asText().equals("no");
  }

  /** Confusion matrix of a set. */
  private record Counts(String category, int answers, int yes, int tp, int fp, int tn, int fn) {

    /** Compares up to the end of the shorter list. */
    static Counts of(String category, List<Boolean> saidYes, List<Boolean> labels) {
      int[] counts = new int[4];
      for (int i = 0; i < Math.min(saidYes.size(), labels.size()); i++) {
        counts[(saidYes.get(i) ? 2 : 0) + (labels.get(i) ? 1 : 0)]++;
      }
      int yes = (int) saidYes.stream().filter(Boolean::booleanValue).count();
      return new Counts(category, saidYes.size(), yes, counts[3], counts[2], counts[0], counts[1]);
    }

    List<Metric> metrics(Variant variant) {
      return List.of(
          metric("f1", f1(variant)),
          metric("accuracy", ratio(tp + tn, tp + tn + fp + fn, variant)),
          metric("precision", precision(variant)),
          metric("recall", recall(variant)),
          metric("yes ratio", ratio(yes, answers, variant)),
          metric("TP", tp),
          metric("FP", fp),
          metric("TN", tn),
          metric("FN", fn));
    }

    private Metric metric(String name, double value) {
      return new Metric(category + " " + name, value);
    }

    double f1(Variant variant) {
      double precision = precision(variant);
      double recall = recall(variant);
      return ratio(2 * precision * recall, precision + recall, variant);
    }

    private double precision(Variant variant) {
      return ratio(tp, tp + fp, variant);
    }

    private double recall(Variant variant) {
      return ratio(tp, tp + fn, variant);
    }

    private double ratio(double part, double all, Variant variant) {
      if (all == 0 && variant == Variant.ORIGINAL) {
        throw new BenchmarkException(
            "pope: the original's script divides by zero in the set \"%s\" (%d answers: TP %d, FP %d, TN %d, FN %d); --strict counts 0"
                .formatted(category, answers, tp, fp, tn, fn));
      }
      return all == 0 ? 0 : part / all;
    }
  }
}
