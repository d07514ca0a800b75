package org.stfbatch.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * File of raw answers with one JSON object per line, as written by the original's drivers and by
 * this program.
 *
 * @param file the file
 * @param list in the order of the lines
 * @param damaged number of skipped lines
 */
record RawAnswers(Path file, List<RawAnswer> list, long damaged) {

  /** Fails at the first line that is not JSON, like most of the original's scripts. */
  static RawAnswers read(Path file) {
    return read(
        file,
        line -> {
          throw line.bad("is not JSON");
        });
  }

  /** Skips lines that are not JSON, like the original's converters for EvalAI. */
  static RawAnswers readTolerantly(Path file) {
    return read(file, line -> {});
  }

  private static RawAnswers read(Path file, Consumer<RawAnswer> atDamage) {
    List<RawAnswer> list = new ArrayList<>();
    long number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        try {
          list.add(new RawAnswer(file, number, Json.parse(line)));
        } catch (JsonProcessingException e) {
          atDamage.accept(new RawAnswer(file, number, null));
        }
      }
    } catch (CharacterCodingException e) {
      throw new BenchmarkException(
          "the answers %s are not UTF-8 text after line %d".formatted(file, number), e);
    } catch (IOException e) {
      throw new BenchmarkException(
          "the answers %s cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
    return new RawAnswers(file, list, number - list.size());
  }

  /** Returns the answers by id; the last of several to one question counts. */
  Map<QuestionId, RawAnswer> byId() {
    Map<QuestionId, RawAnswer> byId = new LinkedHashMap<>();
    list.forEach(answer -> byId.put(answer.id(), answer));
    return byId;
  }

  /**
   * Returns the answers by id and requires that every answer has a field {@code text}, even if it
   * is not used.
   */
  Map<QuestionId, RawAnswer> byIdWithTexts() {
    list.forEach(answer -> answer.value("text"));
    return byId();
  }

  /** Returns a note about skipped lines, if there are any. */
  List<String> damagedNote() {
    return damaged == 0
        ? List.of()
        : List.of("%d line(s) of %s are not JSON and were skipped".formatted(damaged, file));
  }

  /** Requires at least one answer, because the original's script divides by their number. */
  RawAnswers requireAny() {
    if (list.isEmpty()) {
      throw new BenchmarkException("the answers " + file + " are empty: there is nothing to score");
    }
    return this;
  }

  /**
   * Checks the answers against the questions.
   *
   * @throws BenchmarkException if {@code variant} is strict and not every question is answered
   *     once, in order
   */
  RawAnswers check(Benchmark benchmark, DataFolder data, Variant variant) {
    if (variant == Variant.STRICT) {
      Matching matching = new Matching();
      benchmark.questions(data, matching);
      matching.end();
    }
    return this;
  }

  /** Compares questions and answers in parallel. */
  private final class Matching implements Consumer<Question> {
    private int next;

    @Override
    public void accept(Question question) {
      if (next == list.size()) {
        throw broken("question " + question.id() + " has no answer");
      }
      RawAnswer answer = list.get(next++);
      if (!answer.id().equals(question.id())) {
        throw answer.bad(
            "answers question %s where question %s is expected: --strict requires one answer to every question, in order"
                .formatted(answer.id(), question.id()));
      }
    }

    void end() {
      if (damaged > 0) {
        throw broken(damaged + " line(s) are not JSON");
      } else if (next < list.size()) {
        throw list.get(next).bad("answers no question: there are only " + next + " questions");
      }
    }

    private BenchmarkException broken(String why) {
      return new BenchmarkException(
          "the answers %s are incomplete: %s, and --strict requires one to every question"
              .formatted(file, why));
    }
  }
}
