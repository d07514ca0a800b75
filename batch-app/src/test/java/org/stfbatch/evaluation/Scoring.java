package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.evaluation.python.PythonJson;

/** Builder of a data set and answers to it. */
final class Scoring {
  private final Benchmark benchmark;
  private final Path folder;
  private final List<String> answers = new ArrayList<>();

  /**
   * @param folder empty, or with a data set whose files may be replaced one by one
   */
  Scoring(String benchmark, Path folder) {
    this.benchmark = Benchmarks.named(benchmark);
    this.folder = folder;
    file(this.benchmark.dataSet().questionFile().places().get(0), "");
  }

  Scoring file(String name, String content) {
    try {
      Path file = folder.resolve("data").resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Scoring without(String name) throws IOException {
    Files.delete(folder.resolve("data").resolve(name));
    return this;
  }

  Scoring emptyFolder(String name) throws IOException {
    Files.createDirectories(folder.resolve("data").resolve(name));
    return this;
  }

  /** Appends an answer line. */
  Scoring answer(Object id, String prompt, String text) {
    return line(
        "{\"question_id\": %s, \"prompt\": %s, \"text\": %s, \"metadata\": {}}"
            .formatted(PythonJson.of(id), PythonJson.of(prompt), PythonJson.of(text)));
  }

  Scoring answer(Object id, String text) {
    return answer(id, "q", text);
  }

  /** Appends a line unchanged. */
  Scoring line(String line) {
    answers.add(line);
    return this;
  }

  Scoring noAnswers() {
    answers.clear();
    return this;
  }

  DataFolder data() {
    return DataFolder.of(benchmark, folder.resolve("data"));
  }

  List<Question> questions() {
    List<Question> questions = new ArrayList<>();
    benchmark.questions(data(), questions::add);
    return questions;
  }

  Score score() {
    return score(Variant.ORIGINAL);
  }

  Score score(Variant variant) {
    try {
      Path file = folder.resolve("answers.jsonl");
      Files.writeString(file, answers.isEmpty() ? "" : String.join("\n", answers) + "\n");
      return benchmark.score(data(), file, variant);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  double headline() {
    return score().headline().orElseThrow().value();
  }

  /** Returns the message of the scoring error. */
  String complaint() {
    return complaint(Variant.ORIGINAL);
  }

  String complaint(Variant variant) {
    BenchmarkException complaint =
        catchThrowableOfType(BenchmarkException.class, () -> score(variant));
    assertThat(complaint).as("scoring should have failed").isNotNull();
    assertThat(complaint.getMessage()).doesNotContain("\n", "null");
    return complaint.getMessage();
  }

  static double metric(Score score, String name) {
    return Optional.of(score.details()).stream()
        .flatMap(List::stream)
        .filter(metric -> metric.name().equals(name))
        .mapToDouble(Score.Metric::value)
        .findFirst()
        .orElseThrow();
  }

  static byte[] bytes(Score score, String file) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      score.files().stream()
          .filter(one -> one.name().equals(file))
          .findFirst()
          .orElseThrow()
          .content()
          .writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static String text(Score score, String file) {
    return new String(bytes(score, file), StandardCharsets.UTF_8);
  }

  /** Returns a line of JSON. */
  static String json(Object... namesAndValues) {
    Map<String, Object> fields = new java.util.LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return PythonJson.of(fields) + "\n";
  }
}
