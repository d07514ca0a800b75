package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.stfbatch.evaluation.Score.Metric;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonKey;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * SEED-Bench, image questions: an answer is correct if it is exactly the correct letter. The data
 * set's video questions are not asked.
 */
final class SeedBench implements Benchmark {
  private static final double PERCENT = 100;
  private static final String VIDEO = "video";
  private static final String IMAGE = "image";
  private static final String TYPE = "question_type_id";
  private static final String ORIGIN = "https://huggingface.co/datasets/AILab-CVC/SEED-Bench";
  private static final DataFile ANNOTATIONS = DataFile.from(ORIGIN, "SEED-Bench.json");
  private static final DataSet DATA =
      new DataSet(
          "seed-bench",
          "SEED-Bench (image)",
          Optional.empty(),
          List.of("seed_bench", "seed-bench"),
          DataFile.fromEvalZip("llava-seed-bench.jsonl"),
          Optional.of(DataFile.from(ORIGIN, ".")),
          List.of(ANNOTATIONS));

  @Override
  public DataSet dataSet() {
    return DATA;
  }

  @Override
  public void questions(DataFolder data, Consumer<Question> consumer) {
    Set<QuestionId> videos = new HashSet<>();
    for (Annotation annotation : Annotations.of(data.find(ANNOTATIONS)).list()) {
      if (annotation.isAbout(VIDEO)) {
        videos.add(annotation.id());
      }
    }
    new QuestionLines(name(), QuestionLines.SHORT_ANSWER)
        .read(data.find(DATA.questionFile()), id -> !videos.contains(id), consumer);
  }

  /**
   * Question with its correct answer.
   *
   * @param id a number if Python's {@code int} accepts it
   * @param written the id as written
   * @param answer missing if there is none
   */
  private record Annotation(
      QuestionId id, JsonNode written, PythonKey type, JsonNode dataType, JsonNode answer) {
    boolean isAbout(String wanted) {
      return wanted.equals(dataType.textValue());
    }
  }

  /**
   * Questions of the data set and names of their types.
   *
   * @param types in order
   */
  private record Annotations(
      FoundFile file, List<Annotation> list, Set<PythonKey> types, Map<PythonKey, String> names) {
    static Annotations of(FoundFile file) {
      JsonNode root = file.json();
      List<Annotation> list = new ArrayList<>();
      Map<PythonKey, JsonNode> types = new LinkedHashMap<>();
      for (JsonNode question : root.path("questions")) {
        Annotation annotation = annotation(file, question, "question " + (list.size() + 1));
        types.putIfAbsent(annotation.type(), question.get(TYPE));
        list.add(annotation);
      }
      if (list.isEmpty()) {
        throw file.damaged("it has no list \"questions\"");
      }
      return new Annotations(file, list, sorted(file, types), names(root));
    }

    private static Annotation annotation(FoundFile file, JsonNode question, String where) {
      JsonNode type = file.value(question, TYPE, where);
      JsonNode written = file.value(question, "question_id", where);
      return new Annotation(
          asNumber(written)
              .orElseThrow(() -> file.damaged(where + " has no number or text in \"question_id\"")),
          written,
          PythonKey.of(type)
              .orElseThrow(() -> file.damaged(where + " has no number in \"" + TYPE + "\"")),
          file.value(question, "data_type", where),
          question.path("answer"));
    }

    private static Optional<QuestionId> asNumber(JsonNode id) {
      return PythonValue.integer(id).map(QuestionId::of).or(() -> QuestionId.key(id));
    }

    /** Sorts numerically if they are numbers, by code points if they are strings. */
    private static Set<PythonKey> sorted(FoundFile file, Map<PythonKey, JsonNode> types) {
      Comparator<Map.Entry<PythonKey, JsonNode>> order =
          (a, b) ->
              PythonValue.compare(a.getValue(), b.getValue())
                  .orElseThrow(
                      () ->
                          file.damaged(
                              "its \"" + TYPE + "\" are neither all numbers nor all texts"));
      Set<PythonKey> sorted = new LinkedHashSet<>();
      types.entrySet().stream().sorted(order).forEach(type -> sorted.add(type.getKey()));
      return sorted;
    }

    private static Map<PythonKey, String> names(JsonNode root) {
      Map<PythonKey, String> names = new HashMap<>();
      root.path("question_type")
          .properties()
          .forEach(
              name -> PythonKey.of(name.getValue()).ifPresent(t -> names.put(t, name.getKey())));
      return names;
    }

    String name(PythonKey type, Variant variant) {
      String name = names.get(type);
      if (name == null && variant == Variant.ORIGINAL) {
        throw file.damaged(
            "it has no name in \"question_type\" for every type of question; --strict shows its number instead");
      }
      return name == null ? "type " + type : name;
    }

    List<Annotation> about(String dataType) {
      return list.stream().filter(annotation -> annotation.isAbout(dataType)).toList();
    }
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    Map<QuestionId, RawAnswer> answers =
        RawAnswers.read(answersFile).check(this, data, variant).byId();
    Annotations annotations = Annotations.of(data.find(ANNOTATIONS));
    Tally all = new Tally("", annotations, annotations.list(), answers);
    Tally images = new Tally(IMAGE, annotations, annotations.about(IMAGE), answers);
    Tally videos = new Tally(VIDEO, annotations, annotations.about(VIDEO), answers);
    List.of(all, images, videos).forEach(tally -> tally.check(variant));
    Score score =
        Score.of("image accuracy", images.percent())
            .with("total accuracy", all.percent())
            .with("video accuracy", videos.percent())
            .with(all.perType(variant));
    return upload(annotations, answers)
        .map(score::with)
        .orElseGet(
            () ->
                score.withNotes(
                    List.of(
                        "no file for the server: it also requires answers to the questions about videos")));
  }

  private static Optional<OutputFile> upload(
      Annotations annotations, Map<QuestionId, RawAnswer> answers) {
    StringBuilder lines = new StringBuilder();
    for (Annotation annotation : annotations.list()) {
      RawAnswer answer =
          QuestionId.key(annotation.written())
              .map(answers::get)
              .orElseGet(() -> answers.get(annotation.id()));
      if (answer == null || !answer.object().has("text")) {
        return Optional.empty();
      }
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("question_id", PythonValue.of(annotation.written()));
      line.put("prediction", PythonValue.of(answer.value("text")));
      lines.append(PythonJson.of(line)).append('\n');
    }
    return Optional.of(OutputFile.text("upload.jsonl", lines.toString()));
  }

  /** Numbers of questions, answers and correct answers by question type. */
  private static final class Tally {
    private final String dataType;
    private final Annotations annotations;
    private final Map<PythonKey, int[]> types = new HashMap<>();

    /**
     * @param dataType selects the questions; empty for all
     */
    Tally(
        String dataType,
        Annotations annotations,
        List<Annotation> counted,
        Map<QuestionId, RawAnswer> answers) {
      this.dataType = dataType;
      this.annotations = annotations;
      for (Annotation annotation : counted) {
        int[] counts = types.computeIfAbsent(annotation.type(), type -> new int[3]);
        RawAnswer answer = answers.get(annotation.id());
        counts[0]++;
        counts[1] += answer != null ? 1 : 0;
        counts[2] += answer != null && isRight(answer, annotation) ? 1 : 0;
      }
    }

    private boolean isRight(RawAnswer answer, Annotation annotation) {
      JsonNode text = answer.value("text");
      if (annotation.answer().isMissingNode()) {
        throw annotations
            .file()
            .damaged("question " + PythonValue.str(annotation.written()) + " has no \"answer\"");
      }
      return PythonValue.equal(text, annotation.answer());
    }

    /**
     * The original's script fails for a type whose questions are all answered and none correctly,
     * because it has no count for it, and divides by the number of questions.
     */
    void check(Variant variant) {
      if (variant == Variant.STRICT) {
        return;
      } else if (types.isEmpty()) {
        throw new BenchmarkException(
            "seed-bench: no question is about a %s, and the original's script divides by their number; --strict counts 0"
                .formatted(dataType));
      }
      types.forEach(
          (type, counts) -> {
            if (counts[0] == counts[1] && counts[2] == 0) {
              throw new BenchmarkException(
                  "seed-bench: none of the %d answers to \"%s\" is right, which the original's script fails at; --strict counts 0"
                      .formatted(counts[0], annotations.name(type, Variant.STRICT)));
            }
          });
    }

    double percent() {
      int all = types.values().stream().mapToInt(counts -> counts[0]).sum();
      return all == 0
          ? 0
          : (double) types.values().stream().mapToInt(counts -> counts[2]).sum() / all * PERCENT;
    }

    List<Metric> perType(Variant variant) {
      return annotations.types().stream()
          .map(
              type ->
                  new Metric(
                      annotations.name(type, variant),
                      (double) types.get(type)[2] / types.get(type)[0] * PERCENT))
          .toList();
    }
  }
}
