package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.stfbatch.evaluation.Score.Metric;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonNumber;

/**
 * SEED-Bench, its questions about images: right is the right letter and nothing else. The data
 * set's questions about videos are not asked.
 */
final class SeedBench implements Benchmark {
  private static final double PERCENT = 100;
  private static final String VIDEO = "video";
  private static final String IMAGE = "image";
  private static final String ORIGIN = "https://huggingface.co/datasets/AILab-CVC/SEED-Bench";
  private static final DataFile ANNOTATIONS = DataFile.from(ORIGIN, "SEED-Bench.json");
  private static final DataSet DATA =
      new DataSet(
          "seed-bench",
          "SEED-Bench (image)",
          OptionalDouble.empty(),
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
      if (annotation.dataType().equals(VIDEO)) {
        videos.add(annotation.id());
      }
    }
    new QuestionLines(name(), QuestionLines.SHORT_ANSWER)
        .read(data.find(DATA.questionFile()), id -> !videos.contains(id), consumer);
  }

  /** A question with its right letter. */
  private record Annotation(
      QuestionId id, QuestionId written, int type, String dataType, String answer) {}

  /** The data set's questions, and what their types are called. */
  private record Annotations(List<Annotation> list, Map<Integer, String> types) {
    static Annotations of(FoundFile file) {
      JsonNode root = file.json();
      List<Annotation> list = new ArrayList<>();
      root.path("questions")
          .forEach(question -> list.add(annotation(file, question, list.size() + 1)));
      if (list.isEmpty()) {
        throw file.damaged("it has no list \"questions\"");
      }
      Map<Integer, String> types = new TreeMap<>();
      root.path("question_type")
          .properties()
          .forEach(type -> types.put(type.getValue().asInt(), type.getKey()));
      return new Annotations(list, types);
    }

    private static Annotation annotation(FoundFile file, JsonNode question, int number) {
      String where = "question " + number;
      if (!question.path("question_type_id").isInt()) {
        throw file.damaged(where + " has no number in \"question_type_id\"");
      }
      QuestionId written = file.id(question, "question_id", where);
      return new Annotation(
          asNumber(written),
          written,
          question.path("question_type_id").intValue(),
          file.text(question, "data_type", where),
          file.text(question, "answer", where));
    }

    /** A number wherever Python's {@code int} makes one of it. */
    private static QuestionId asNumber(QuestionId id) {
      return PythonNumber.integer(id.toString()).map(QuestionId::of).orElse(id);
    }
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    Map<QuestionId, RawAnswer> answers =
        RawAnswers.read(answersFile).check(this, data, variant).byId();
    Annotations annotations = Annotations.of(data.find(ANNOTATIONS));
    Tally all = new Tally(annotations.list(), answers);
    Tally images = new Tally(ofType(annotations, IMAGE), answers);
    Tally videos = new Tally(ofType(annotations, VIDEO), answers);
    List.of(all, images, videos).forEach(tally -> tally.check(variant, annotations));
    Score score =
        Score.of("image accuracy", images.percent())
            .with("total accuracy", all.percent())
            .with("video accuracy", videos.percent())
            .with(all.perType(annotations));
    return upload(annotations, answers)
        .map(score::with)
        .orElseGet(
            () ->
                score.withNotes(
                    List.of(
                        "no file for the server: it wants answers to the questions about videos, too")));
  }

  private static List<Annotation> ofType(Annotations annotations, String dataType) {
    return annotations.list().stream().filter(a -> a.dataType().equals(dataType)).toList();
  }

  private static Optional<OutputFile> upload(
      Annotations annotations, Map<QuestionId, RawAnswer> answers) {
    StringBuilder lines = new StringBuilder();
    for (Annotation annotation : annotations.list()) {
      RawAnswer answer = answers.getOrDefault(annotation.written(), answers.get(annotation.id()));
      if (answer == null) {
        return Optional.empty();
      }
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("question_id", annotation.written());
      line.put("prediction", answer.text());
      lines.append(PythonJson.of(line)).append('\n');
    }
    return Optional.of(OutputFile.text("upload.jsonl", lines.toString()));
  }

  /** How many answers are there and right, by the questions' types. */
  private static final class Tally {
    private final Map<Integer, int[]> types = new TreeMap<>();

    Tally(List<Annotation> annotations, Map<QuestionId, RawAnswer> answers) {
      for (Annotation annotation : annotations) {
        int[] counts = types.computeIfAbsent(annotation.type(), type -> new int[3]);
        RawAnswer answer = answers.get(annotation.id());
        counts[0]++;
        counts[1] += answer != null ? 1 : 0;
        counts[2] += answer != null && isRight(answer, annotation) ? 1 : 0;
      }
    }

    private static boolean isRight(RawAnswer answer, Annotation annotation) {
      return answer.text().equals(annotation.answer());
    }

    /** The original's script has no count for a type of which all are there and none is right. */
    void check(Variant variant, Annotations annotations) {
      types.forEach(
          (type, counts) -> {
            if (variant == Variant.ORIGINAL && counts[0] == counts[1] && counts[2] == 0) {
              throw new BenchmarkException(
                  "seed-bench: none of the %d answers to \"%s\" is right, which the original's script fails at; --strict counts 0"
                      .formatted(
                          counts[0], annotations.types().getOrDefault(type, "type " + type)));
            }
          });
    }

    double percent() {
      int all = types.values().stream().mapToInt(counts -> counts[0]).sum();
      return all == 0
          ? 0
          : (double) types.values().stream().mapToInt(counts -> counts[2]).sum() / all * PERCENT;
    }

    List<Metric> perType(Annotations annotations) {
      return types.entrySet().stream()
          .map(
              type ->
                  new Metric(
                      annotations.types().getOrDefault(type.getKey(), "type " + type.getKey()),
                      (double) type.getValue()[2] / type.getValue()[0] * PERCENT))
          .toList();
    }
  }
}
