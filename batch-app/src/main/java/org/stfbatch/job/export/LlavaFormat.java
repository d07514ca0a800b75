package org.stfbatch.job.export;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.evaluation.RawAnswerLine;
import org.stfbatch.evaluation.python.PythonJson;

/** The answer line of LLaVA's evaluation scripts ({@code llava/eval/model_vqa_loader.py}). */
final class LlavaFormat implements TextFormat {
  private final String run;

  LlavaFormat(String run) {
    this.run = run;
  }

  @Override
  public void write(ExportRow row, Appendable out) throws IOException {
    StoredAnswer answer = row.answer().orElseThrow();
    RawAnswerLine line =
        new RawAnswerLine(
            () -> questionId(row),
            row.prompt().text(),
            answer.text(),
            Optional.empty(),
            RawAnswerLine.answerId(run, row.customId()),
            answer.modelName(),
            answer.source().map(ReuseMetadata::of).orElse(Map.of()));
    out.append(line.line());
  }

  /**
   * Returns a number as it was written, or a string as Python's {@code json.dumps} writes it, like
   * all strings of the original's files.
   */
  private static String questionId(ExportRow row) {
    Optional<String> json = row.prompt().questionId();
    return Columns.questionIdText(json)
        .map(PythonJson::string)
        .or(() -> json)
        .orElseGet(() -> PythonJson.string(row.customId()));
  }
}
