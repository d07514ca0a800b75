package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.prompt.PythonText;

/**
 * GQA, balanced test-dev: the answer, in lower case and without trailing periods, must equal the
 * expected one exactly. Implements the data set's own script as far as the files of version 1.2
 * allow.
 */
final class Gqa extends LineBenchmark {
  private static final Published PUBLISHED = new Published(61.9, 12_578);
  private static final String GQA_ZIP =
      "https://downloads.cs.stanford.edu/nlp/data/gqa/questions1.2.zip";
  private static final DataFile GOLD =
      DataFile.from(
          GQA_ZIP,
          "data/testdev_balanced_questions.json",
          "data/questions1.2/testdev_balanced_questions.json",
          "testdev_balanced_questions.json");
  private static final DataSet DATA =
      new DataSet(
          "gqa",
          "GQA",
          Optional.of(PUBLISHED),
          List.of("gqa"),
          DataFile.fromEvalZip("llava_gqa_testdev_balanced.jsonl"),
          Optional.of(
              DataFile.from(
                  "https://downloads.cs.stanford.edu/nlp/data/gqa/images.zip",
                  "data/images",
                  "images")),
          List.of(GOLD));

  Gqa() {
    super(DATA, QuestionLines.SHORT_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant);
    Map<QuestionId, String> predictions = new LinkedHashMap<>();
    List<Object> converted = new ArrayList<>();
    for (RawAnswer answer : answers.list()) {
      String prediction = prediction(answer.text());
      predictions.put(answer.id(), prediction);
      converted.add(entry(answer.id(), prediction));
    }
    return score(data.find(GOLD), predictions, answersFile, variant)
        .with(OutputFile.text("testdev_balanced_predictions.json", PythonJson.of(converted)));
  }

  static String prediction(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '.') {
      end--;
    }
    return PythonText.lower(text.substring(0, end));
  }

  private static Map<String, Object> entry(QuestionId id, String prediction) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("questionId", id);
    entry.put("prediction", prediction);
    return entry;
  }

  private static Score score(
      FoundFile gold, Map<QuestionId, String> predictions, Path answers, Variant variant) {
    JsonNode questions = gold.json();
    if (!questions.isObject()) {
      throw gold.damaged("it is not an object of questions by their ids");
    }
    questions
        .fieldNames()
        .forEachRemaining(id -> requireAnswer(predictions, QuestionId.of(id), answers));
    GqaReport report = new GqaReport(gold, variant);
    questions
        .properties()
        .forEach(
            field ->
                report.add(
                    field.getKey(),
                    field.getValue(),
                    predictions.get(QuestionId.of(field.getKey()))));
    return report.score();
  }

  private static void requireAnswer(
      Map<QuestionId, String> predictions, QuestionId id, Path answers) {
    if (!predictions.containsKey(id)) {
      throw new BenchmarkException(
          "the answers %s have none to question \"%s\" (ids of GQA are texts): the original's script requires an answer to every question"
              .formatted(answers, id));
    }
  }
}
