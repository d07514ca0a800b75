package org.stfbatch.evaluation.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.evaluation.Benchmark;
import org.stfbatch.evaluation.Benchmarks;
import org.stfbatch.evaluation.DataFolder;
import org.stfbatch.evaluation.Score;
import org.stfbatch.evaluation.Variant;
import org.stfbatch.evaluation.python.PythonJson;

/** The benchmarks' own scripts must accept synthetic data sets. */
class SyntheticSetsTest {
  @TempDir Path folder;

  private Score score(String name, List<String> answers) throws IOException {
    Path file = Files.write(folder.resolve("answers.jsonl"), answers);
    Benchmark benchmark = Benchmarks.named(name);
    return benchmark.score(DataFolder.of(benchmark, folder), file, Variant.ORIGINAL);
  }

  @Test
  void gqasOwnScriptFindsAllThatItReads() throws IOException {
    for (String answer : List.of("yes", "red")) {
      SyntheticSets.write(
          folder,
          List.of(
              new DrawnPicture(
                  new byte[] {1}, List.of(new DrawnPicture.Asked("What is it?", answer)))));
      JsonNode questions =
          new ObjectMapper()
              .readTree(folder.resolve("gqa/data/testdev_balanced_questions.json").toFile());
      List<String> answers = new ArrayList<>();
      questions
          .properties()
          .forEach(
              question ->
                  answers.add(
                      "{\"question_id\": %s, \"text\": %s}"
                          .formatted(
                              PythonJson.of(question.getKey()),
                              question.getValue().get("answer"))));

      assertThat(score("gqa", answers).headline().orElseThrow().value()).isEqualTo(100);
      assertThat(questions.get("200000000").fieldNames())
          .toIterable()
          .contains("entailed", "equivalent", "semanticStr", "annotations", "fullAnswer");
    }
  }
}
