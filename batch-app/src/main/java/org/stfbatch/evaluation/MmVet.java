package org.stfbatch.evaluation;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;
import org.stfbatch.evaluation.python.PythonValue;

/** MM-Vet: GPT-4 judges the answers; the output is the file that its grader reads. */
final class MmVet extends LineBenchmark {
  private static final int INDENT = 2;
  private static final DataSet DATA =
      new DataSet(
          "mm-vet",
          "MM-Vet",
          Optional.empty(),
          List.of("mm-vet", "mmvet"),
          DataFile.fromEvalZip("llava-mm-vet.jsonl"),
          Optional.of(
              DataFile.from(
                  "https://github.com/yuweihao/MM-Vet/releases/download/v1/mm-vet.zip", "images")),
          List.of());

  MmVet() {
    super(DATA, QuestionLines.LONG_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    Map<String, Object> answers = new LinkedHashMap<>();
    RawAnswers.read(answersFile)
        .check(this, data, variant)
        .list()
        .forEach(
            answer ->
                answers.put(
                    "v1_" + PythonValue.str(answer.value("question_id")),
                    PythonValue.of(answer.value("text"))));
    return Score.external("MM-Vet's grader, which asks GPT-4, scores mm-vet.json")
        .with(OutputFile.text("mm-vet.json", PythonJson.indented(answers, INDENT)));
  }
}
