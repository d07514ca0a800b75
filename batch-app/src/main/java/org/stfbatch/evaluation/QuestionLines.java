package org.stfbatch.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Reader of LLaVA's question lines: {@code question_id}, {@code image}, {@code text}, {@code
 * category}.
 *
 * @param benchmark name of the benchmark
 * @param maxNewTokens maximum length of an answer
 */
record QuestionLines(String benchmark, int maxNewTokens) {
  /** Maximum length of an answer in the original's driver for single words and phrases. */
  static final int SHORT_ANSWER = 128;

  /** Maximum length of an answer in the original's other drivers. */
  static final int LONG_ANSWER = 1024;

  void read(FoundFile file, Consumer<Question> consumer) {
    read(file, id -> true, consumer);
  }

  /**
   * @param wanted selects the questions to ask
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
