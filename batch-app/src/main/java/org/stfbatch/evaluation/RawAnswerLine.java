package org.stfbatch.evaluation;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.stfbatch.evaluation.python.PythonJson;

/**
 * Line of raw answers in the format of the original's drivers: {@code question_id}, {@code prompt},
 * {@code text}, {@code answer_id}, {@code model_id}, {@code metadata}.
 *
 * @param id of the question
 * @param prompt as recorded: the question without system prompt and roles
 * @param text the answer
 * @param options of a question with rounds; empty for all others
 * @param answerId 22 characters of shortuuid's alphabet
 * @param model name of the model
 * @param metadata further texts about the answer, by name
 */
public record RawAnswerLine(
    PythonJson.Raw id,
    String prompt,
    String text,
    Optional<Question.Options> options,
    String answerId,
    String model,
    Map<String, String> metadata) {
  /** The alphabet of shortuuid, which generates the original's random answer ids. */
  private static final String ALPHABET =
      "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

  private static final int ID_LENGTH = 22;

  /** Returns the answer to a benchmark's question. */
  public static RawAnswerLine to(Question question, String text, String run, String model) {
    return new RawAnswerLine(
        question.id(),
        question.recorded(),
        text,
        question.options(),
        answerId(run, question.customId()),
        model,
        Map.of());
  }

  /** Derives the id from the job's name, so that writing the answer again gives the same line. */
  public static String answerId(String run, String customId) {
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

  /** Returns the line with its line feed. */
  public String line() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("question_id", id);
    options.ifPresent(rounds -> fields.put("round_id", 0));
    fields.put("prompt", prompt);
    fields.put("text", text);
    options.ifPresent(
        rounds -> {
          fields.put("options", rounds.texts());
          fields.put("option_char", rounds.letters());
        });
    fields.put("answer_id", answerId);
    fields.put("model_id", model);
    fields.put("metadata", metadata);
    return PythonJson.of(fields) + "\n";
  }
}
