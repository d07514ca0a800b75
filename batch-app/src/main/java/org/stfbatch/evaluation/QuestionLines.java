package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * LLaVA's question lines: {@code question_id}, {@code image}, {@code text}, {@code category}.
 *
 * @param benchmark whose questions they are
 * @param maxNewTokens the longest answer
 */
record QuestionLines(String benchmark, int maxNewTokens) {
  /** The longest answer of the driver that asks for a word or a phrase. */
  static final int SHORT_ANSWER = 128;

  /** The longest answer of the drivers that let the model talk. */
  static final int LONG_ANSWER = 1024;

  void read(FoundFile file, Consumer<Question> consumer) {
    read(file, id -> true, consumer);
  }

  /**
   * @param wanted which questions are asked; the others are passed over
   */
  void read(FoundFile file, Predicate<QuestionId> wanted, Consumer<Question> consumer) {
    file.objects(
        (row, line) -> {
          String where = "line " + row;
          QuestionId id = file.id(line, "question_id", where);
          if (wanted.test(id)) {
            consumer.accept(question(file, row, line, id, where));
          }
        });
  }

  private Question question(FoundFile file, long row, JsonNode line, QuestionId id, String where) {
    String text = file.text(line, "text", where);
    return Question.of(
        benchmark,
        row,
        id,
        Optional.ofNullable(line.path("category").asText(null)),
        Optional.of(file.text(line, "image", where)),
        text,
        text,
        Optional.empty(),
        maxNewTokens);
  }
}
