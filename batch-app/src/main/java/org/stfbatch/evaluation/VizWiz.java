package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonValue;

/**
 * VizWiz, test: EvalAI scores it. The upload identifies questions by image, and every question must
 * be answered.
 */
final class VizWiz extends LineBenchmark {
  private static final Published PUBLISHED = new Published(51.1, 8000);
  private static final DataSet DATA =
      new DataSet(
          "vizwiz",
          "VizWiz",
          Optional.of(PUBLISHED),
          List.of("vizwiz"),
          DataFile.fromEvalZip("llava_test.jsonl"),
          Optional.of(
              DataFile.from("https://vizwiz.cs.colorado.edu/VizWiz_final/images/test.zip", "test")),
          List.of());

  VizWiz() {
    super(DATA, QuestionLines.SHORT_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.readTolerantly(answersFile).check(this, data, variant);
    Map<QuestionId, RawAnswer> byId = answers.byIdWithTexts();
    List<Object> upload = new ArrayList<>();
    FoundFile questions = data.find(DATA.questionFile());
    questions.objects((row, line) -> upload.add(entry(questions, row, line, byId, answersFile)));
    return Score.external("EvalAI's challenge 2185 scores upload.json")
        .withNotes(answers.damagedNote())
        .with(OutputFile.text("upload.json", PythonJson.of(upload)));
  }

  private static Map<String, Object> entry(
      FoundFile questions,
      long row,
      JsonNode line,
      Map<QuestionId, RawAnswer> answers,
      Path answersFile) {
    String where = "line " + row;
    QuestionId id = questions.key(line, "question_id", where);
    RawAnswer answer = answers.get(id);
    if (answer == null) {
      throw new BenchmarkException(
          "the answers %s have none to question %s: the server requires an answer to every question"
              .formatted(answersFile, id));
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("image", PythonValue.of(questions.value(line, "image", where)));
    entry.put("answer", EvalAiAnswer.normalised(answer.text()));
    return entry;
  }
}
