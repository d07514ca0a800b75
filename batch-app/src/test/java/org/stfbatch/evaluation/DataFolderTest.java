package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.stfbatch.evaluation.Scoring.json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DataFolderTest {
  @TempDir Path folder;

  private static List<Benchmark> benchmarks() {
    return Benchmarks.all();
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void whatIsMissingIsNamedWithItsPlaceAndItsOrigin(Benchmark benchmark) {
    DataFolder data = DataFolder.of(benchmark, folder);
    String place = benchmark.dataSet().questionFile().places().get(0);

    assertThat(data.isThere()).isFalse();
    assertThatThrownBy(data::check)
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining(benchmark.name() + ": " + place + " is missing")
        .hasMessageContaining(
            folder.resolve(benchmark.dataSet().folders().get(0)).resolve(place).toString())
        .hasMessageContaining(benchmark.dataSet().questionFile().origin());
  }

  @Test
  void theFolderOfAllDataSetsOrTheBenchmarksOwn() throws IOException {
    Benchmark pope = Benchmarks.named("pope");
    Path own = Files.createDirectory(folder.resolve("pope"));
    Files.writeString(own.resolve("llava_pope_test.jsonl"), "");

    assertThat(DataFolder.of(pope, folder).path()).isEqualTo(own);
    assertThat(DataFolder.of(pope, own).path()).isEqualTo(own);
    Files.delete(own.resolve("llava_pope_test.jsonl"));
    assertThat(DataFolder.of(pope, own).path()).isEqualTo(own);
  }

  @Test
  void aFolderThatCanOnlyScoreIsFoundToo() throws IOException {
    Files.writeString(folder.resolve("problems.json"), "{}");

    assertThat(DataFolder.of(Benchmarks.named("sqa"), folder).path()).isEqualTo(folder);
  }

  @Test
  void everyFileIsLookedFor() throws IOException {
    Benchmark pope = Benchmarks.named("pope");
    Files.writeString(folder.resolve("llava_pope_test.jsonl"), "");

    assertThatThrownBy(() -> DataFolder.of(pope, folder).check())
        .hasMessageContaining("val2014 is missing")
        .hasMessageContaining("http://images.cocodataset.org/zips/val2014.zip");
    Files.createDirectory(folder.resolve("val2014"));
    assertThatThrownBy(() -> DataFolder.of(pope, folder).check())
        .hasMessageContaining("coco is missing");
    Files.createDirectory(folder.resolve("coco"));
    DataFolder.of(pope, folder).check();
  }

  @Test
  void damagedFilesAreNamedWithTheLine() {
    Scoring scoring = new Scoring("vqav2", folder);
    String good = json("question_id", 1, "image", "a.jpg", "text", "q");

    scoring.file("llava_vqav2_mscoco_test-dev2015.jsonl", good + "{\"question_id\": 2,\n");
    assertThatThrownBy(scoring::questions)
        .hasMessageContaining(
            "llava_vqav2_mscoco_test-dev2015.jsonl is damaged: line 2 is not JSON")
        .hasMessageContaining("eval.zip");
    scoring.file("llava_vqav2_mscoco_test-dev2015.jsonl", good + good.replace("text", "txt"));
    assertThatThrownBy(scoring::questions).hasMessageContaining("line 2 has no text in \"text\"");
    scoring.file("llava_vqav2_mscoco_test-dev2015.jsonl", good.replace("1", "null"));
    assertThatThrownBy(scoring::questions).hasMessageContaining("line 1 has no number or text");
  }

  @Test
  void whatIsNotTextIsDamaged() throws IOException {
    Scoring scoring = new Scoring("sqa", folder);
    Files.write(folder.resolve("data/llava_test_CQM-A.json"), new byte[] {'[', (byte) 0xff, ']'});

    assertThatThrownBy(scoring::questions).hasMessageContaining("not UTF-8");
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  void namesAreFound(Benchmark benchmark) {
    assertThat(Benchmarks.named(benchmark.name().toUpperCase().replace('-', '_')).name())
        .isEqualTo(benchmark.name());
  }

  @Test
  void unknownNamesAreToldTheKnownOnes() {
    assertThat(Benchmarks.named("SQA").name()).isEqualTo("scienceqa");
    assertThatThrownBy(() -> Benchmarks.named("pop")).hasMessageContaining("\"pop\"", "pope");
  }
}
