package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonValue;
import org.stfbatch.prompt.PythonText;

/**
 * ScienceQA, test: half of the questions have no image. The paper's result is the accuracy over
 * those with an image, which the scorer recognizes by the marker in the recorded prompt.
 */
final class ScienceQa implements Benchmark {
  private static final Published PUBLISHED = new Published(70.5, 4241);
  private static final double PERCENT = 100;
  private static final String MARKER = "<image>";
  private static final String SUFFIX =
      "\nAnswer with the option's letter from the given choices directly.";
  private static final String REPOSITORY =
      "https://github.com/lupantech/ScienceQA (data/scienceqa)";
  private static final DataFile SPLITS = DataFile.from(REPOSITORY, "pid_splits.json");
  private static final DataFile PROBLEMS = DataFile.from(REPOSITORY, "problems.json");
  private static final DataSet DATA =
      new DataSet(
          "scienceqa",
          "SQA (image)",
          Optional.of(PUBLISHED),
          List.of("scienceqa"),
          DataFile.fromEvalZip("llava_test_CQM-A.json"),
          Optional.of(DataFile.from(REPOSITORY, "images/test", "test")),
          List.of(SPLITS, PROBLEMS));

  @Override
  public DataSet dataSet() {
    return DATA;
  }

  @Override
  public void questions(DataFolder data, Consumer<Question> consumer) {
    FoundFile file = data.find(DATA.questionFile());
    JsonNode items = file.json();
    if (!items.isArray()) {
      throw file.damaged("it is not a list of questions");
    }
    for (int row = 1; row <= items.size(); row++) {
      consumer.accept(question(file, row, items.get(row - 1)));
    }
  }

  private Question question(FoundFile file, int row, JsonNode item) {
    String where = "item " + row;
    String value = file.text(item.path("conversations").path(0), "value", where);
    Optional<String> image =
        item.has("image") ? Optional.of(file.text(item, "image", where)) : Optional.empty();
    String text = PythonText.strip(value.replace(MARKER, "")) + SUFFIX;
    return Question.of(
        name(),
        row,
        file.id(item, "id", where),
        Optional.empty(),
        image,
        text,
        image.isPresent() ? MARKER + "\n" + text : text,
        Optional.empty(),
        QuestionLines.LONG_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant);
    Outcome outcome = new Outcome();
    FoundFile problems = data.find(PROBLEMS);
    JsonNode allProblems = problems.json();
    Map<QuestionId, RawAnswer> byId = answers.byId();
    for (String id : testIds(data.find(SPLITS))) {
      Problem problem = problem(problems, allProblems, id);
      Optional<RawAnswer> answer = Optional.ofNullable(byId.get(QuestionId.of(id)));
      outcome.add(problem, answer);
    }
    return outcome.score(variant);
  }

  private static Set<String> testIds(FoundFile splits) {
    JsonNode test = splits.json().path("test");
    if (!test.isArray()) {
      throw splits.damaged("it has no list \"test\"");
    }
    Set<String> ids = new LinkedHashSet<>();
    for (JsonNode id : test) {
      if (!id.isTextual()) {
        throw splits.damaged(
            "its list \"test\" has %s among the texts".formatted(PythonValue.kind(id)));
      }
      ids.add(id.textValue());
    }
    return ids;
  }

  /**
   * Question with its choices and the index of the correct one; as in Python, negative indices
   * count from the end.
   */
  private record Problem(String id, int choices, int right) {
    String letter() {
      return OptionLetter.LETTERS.substring(place(), place() + 1);
    }

    private int place() {
      return right < 0 ? right + OptionLetter.LETTERS.length() : right;
    }
  }

  private static Problem problem(FoundFile file, JsonNode problems, String id) {
    JsonNode problem = problems.path(id);
    OptionalInt choices = length(problem.path("choices"));
    OptionalInt right = place(problem.path("answer"));
    if (choices.isEmpty() || right.isEmpty()) {
      throw file.damaged("problem " + id + " of the test split has no choices or no answer");
    }
    return new Problem(id, choices.getAsInt(), right.getAsInt());
  }

  private static OptionalInt length(JsonNode choices) {
    if (choices.isTextual()) {
      return OptionalInt.of(choices.textValue().codePointCount(0, choices.textValue().length()));
    }
    return choices.isContainerNode() ? OptionalInt.of(choices.size()) : OptionalInt.empty();
  }

  /** As in Python, true and false are the indices 1 and 0. */
  private static OptionalInt place(JsonNode answer) {
    int options = OptionLetter.LETTERS.length();
    int place = answer.isBoolean() ? (answer.booleanValue() ? 1 : 0) : answer.intValue();
    return (answer.isBoolean() || answer.isInt()) && place >= -options && place < options
        ? OptionalInt.of(place)
        : OptionalInt.empty();
  }

  /** Counts and output of the original's script. */
  private static final class Outcome {
    private final List<Object> correct = new ArrayList<>();
    private final List<Object> incorrect = new ArrayList<>();
    private final Map<String, Object> places = new LinkedHashMap<>();
    private final Map<String, Object> texts = new LinkedHashMap<>();
    private final Accuracies accuracies = new Accuracies();
    private long withImage;

    void add(Problem problem, Optional<RawAnswer> answer) {
      String text = answer.map(RawAnswer::text).orElse(OptionLetter.FAILED);
      Object prompt = answer.map(a -> PythonValue.of(a.value("prompt"))).orElse("Unknown");
      String parsed = OptionLetter.parsed(text);
      int place = OptionLetter.place(parsed, problem.choices());
      boolean isRight = place == problem.right();
      boolean isMultimodal = answer.map(Outcome::holdsMarker).orElse(false);
      accuracies.count("accuracy", isRight);
      if (isMultimodal) {
        withImage++;
        accuracies.count("image accuracy", isRight);
      }
      places.put(problem.id(), place);
      texts.put(problem.id(), text);
      (isRight ? correct : incorrect).add(analysis(problem, parsed, prompt, text, isMultimodal));
    }

    /** Evaluates Python's {@code "<image>" in prompt}: a substring, an element or a key. */
    private static boolean holdsMarker(RawAnswer answer) {
      JsonNode prompt = answer.value("prompt");
      if (prompt.isObject()) {
        return prompt.has(MARKER);
      } else if (prompt.isArray()) {
        return StreamSupport.stream(prompt.spliterator(), false)
            .anyMatch(element -> MARKER.equals(element.textValue()));
      }
      return answer.prompt().contains(MARKER);
    }

    private static Map<String, Object> analysis(
        Problem problem, String parsed, Object prompt, String text, boolean isMultimodal) {
      Map<String, Object> analysis = new LinkedHashMap<>();
      analysis.put("question_id", problem.id());
      analysis.put("parsed_ans", parsed);
      analysis.put("ground_truth", problem.letter());
      analysis.put("question", prompt);
      analysis.put("pred", text);
      analysis.put("is_multimodal", isMultimodal);
      return analysis;
    }

    Score score(Variant variant) {
      if (variant == Variant.ORIGINAL && withImage == 0) {
        throw new BenchmarkException(
            "scienceqa: no answer's prompt holds "
                + MARKER
                + ", and the original's script divides by their number; --strict counts 0");
      }
      return Score.of("image accuracy", accuracies.percent("image accuracy"))
          .with("accuracy", accuracies.percent("accuracy"))
          .with(OutputFile.text("output.json", PythonJson.indented(output(), 2)))
          .with(OutputFile.text("result.json", PythonJson.indented(result(), 2)));
    }

    private Map<String, Object> output() {
      Map<String, Object> output = new LinkedHashMap<>();
      output.put("correct", correct);
      output.put("incorrect", incorrect);
      return output;
    }

    private Map<String, Object> result() {
      int count = correct.size() + incorrect.size();
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("acc", count == 0 ? 0.0 : (double) correct.size() / count * PERCENT);
      result.put("correct", correct.size());
      result.put("count", count);
      result.put("results", places);
      result.put("outputs", texts);
      return result;
    }
  }
}
