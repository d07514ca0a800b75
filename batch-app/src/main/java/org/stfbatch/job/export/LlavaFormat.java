package org.stfbatch.job.export;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.stfbatch.db.ExportRow;
import org.stfbatch.db.StoredAnswer;

/**
 * The answer line of LLaVA's evaluation scripts ({@code llava/eval/model_vqa_loader.py}): {@code
 * question_id}, {@code prompt}, {@code text}, {@code answer_id}, {@code model_id}, {@code
 * metadata}.
 */
final class LlavaFormat implements TextFormat {
  /** The alphabet of shortuuid, with which the original makes its random answer ids. */
  private static final String ALPHABET =
      "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  private static final int ID_LENGTH = 22;

  private final String run;

  LlavaFormat(String run) {
    this.run = run;
  }

  @Override
  public void write(ExportRow row, Appendable out) throws IOException {
    StoredAnswer answer = row.answer().orElseThrow();
    out.append("{\"question_id\": ")
        .append(questionId(row))
        .append(", \"prompt\": ")
        .append(PythonJson.string(row.prompt().text()))
        .append(", \"text\": ")
        .append(PythonJson.string(answer.text()))
        .append(", \"answer_id\": ")
        .append(PythonJson.string(answerId(row.customId())))
        .append(", \"model_id\": ")
        .append(PythonJson.string(answer.modelName()))
        .append(", \"metadata\": {}}\n");
  }

  /** A number as it was written; a string in the original's spelling, as all strings are. */
  private static String questionId(ExportRow row) {
    Optional<String> json = row.prompt().questionId();
    return Columns.questionIdText(json)
        .map(PythonJson::string)
        .or(() -> json)
        .orElseGet(() -> PythonJson.string(row.customId()));
  }

  /** Made from the job's name, so that exporting twice gives the same file. */
  private String answerId(String customId) {
    byte[] name = (run + '\n' + customId).getBytes(StandardCharsets.UTF_8);
    BigInteger number =
        new BigInteger(UUID.nameUUIDFromBytes(name).toString().replace("-", ""), 16);
    BigInteger base = BigInteger.valueOf(ALPHABET.length());
    StringBuilder id = new StringBuilder();
    while (id.length() < ID_LENGTH) {
      BigInteger[] parts = number.divideAndRemainder(base);
      id.append(ALPHABET.charAt(parts[1].intValue()));
      number = parts[0];
    }
    return id.reverse().toString();
  }
}
