package org.stfbatch.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;

/**
 * VQAv2, test-dev: EvalAI scores it. The upload lists every question of the whole test split;
 * questions that were not asked have an empty answer.
 */
final class VqaV2 extends LineBenchmark {
  private static final Published PUBLISHED = new Published(78.1, 107_394);
  private static final DataFile TEST_SPLIT =
      DataFile.fromEvalZip("llava_vqav2_mscoco_test2015.jsonl");
  private static final DataSet DATA =
      new DataSet(
          "vqav2",
          "VQAv2",
          Optional.of(PUBLISHED),
          List.of("vqav2"),
          DataFile.fromEvalZip("llava_vqav2_mscoco_test-dev2015.jsonl"),
          Optional.of(DataFile.from("http://images.cocodataset.org/zips/test2015.zip", "test2015")),
          List.of(TEST_SPLIT));

  VqaV2() {
    super(DATA, QuestionLines.SHORT_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.readTolerantly(answersFile).check(this, data, variant);
    Map<QuestionId, RawAnswer> byId = answers.byIdWithTexts();
    List<Object> upload = new ArrayList<>();
    int[] answered = new int[1];
    FoundFile testSplit = data.find(TEST_SPLIT);
    testSplit.objects(
        (row, line) -> {
          QuestionId id = testSplit.key(line, "question_id", "line " + row);
          Optional<String> text = Optional.ofNullable(byId.get(id)).map(RawAnswer::text);
          answered[0] += text.isPresent() ? 1 : 0;
          upload.add(entry(id, text.map(EvalAiAnswer::normalised).orElse("")));
        });
    return Score.external(
            "EvalAI's challenge 830 scores upload.json: %d of %d questions have an answer"
                .formatted(answered[0], upload.size()))
        .withNotes(answers.damagedNote())
        .with(OutputFile.text("upload.json", PythonJson.of(upload)));
  }

  private static Map<String, Object> entry(QuestionId id, String answer) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("question_id", id);
    entry.put("answer", answer);
    return entry;
  }
}
