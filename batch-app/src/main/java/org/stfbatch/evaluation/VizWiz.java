package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.stfbatch.evaluation.python.PythonJson;

/** VizWiz, test: EvalAI scores it. The upload names images, and every question must be answered. */
final class VizWiz extends LineBenchmark {
  private static final double PUBLISHED = 51.1;
  private static final DataSet DATA =
      new DataSet(
          "vizwiz",
          "VizWiz",
          OptionalDouble.of(PUBLISHED),
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
    Map<QuestionId, String> texts = new LinkedHashMap<>();
    answers.list().forEach(answer -> texts.put(answer.id(), answer.text()));
    List<Object> upload = new ArrayList<>();
    FoundFile questions = data.find(DATA.questionFile());
    questions.objects((row, line) -> upload.add(entry(questions, row, line, texts, answersFile)));
    return Score.elsewhere("EvalAI's challenge 2185 scores upload.json")
        .withNotes(answers.damagedNote())
        .with(OutputFile.text("upload.json", PythonJson.of(upload)));
  }

  private static Map<String, Object> entry(
      FoundFile questions,
      long row,
      JsonNode line,
      Map<QuestionId, String> texts,
      Path answersFile) {
    String where = "line " + row;
    QuestionId id = questions.id(line, "question_id", where);
    String text = texts.get(id);
    if (text == null) {
      throw new BenchmarkException(
          "the answers %s have none to question %s: the server takes complete files only"
              .formatted(answersFile, id));
    }
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("image", questions.text(line, "image", where));
    entry.put("answer", EvalAiAnswer.normalised(text));
    return entry;
  }
}
