package org.stfbatch.evaluation;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * LLaVA-Bench (in the wild): GPT-4 compares the answers with its own. The judge's script reads the
 * raw answers by position, not by id.
 */
final class LlavaBench extends LineBenchmark {
  private static final String ORIGIN =
      "https://huggingface.co/datasets/liuhaotian/llava-bench-in-the-wild";

  /** Fields that the review script requires. */
  private static final List<String> READ = List.of("text", "answer_id");

  private static final DataSet DATA =
      new DataSet(
          "llava-bench",
          "LLaVA-Bench",
          Optional.empty(),
          List.of("llava-bench-in-the-wild", "llava-bench"),
          DataFile.from(ORIGIN, "questions.jsonl"),
          Optional.of(DataFile.from(ORIGIN, "images")),
          List.of());

  LlavaBench() {
    super(DATA, QuestionLines.LONG_ANSWER);
  }

  @Override
  public Score score(DataFolder data, Path answersFile, Variant variant) {
    RawAnswers answers = RawAnswers.read(answersFile).check(this, data, variant);
    for (RawAnswer answer : answers.list()) {
      READ.forEach(answer::value);
    }
    return Score.external(
        "LLaVA's review script, which asks GPT-4, reads the %d raw answers themselves"
            .formatted(answers.list().size()));
  }
}
