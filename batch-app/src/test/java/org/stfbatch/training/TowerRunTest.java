package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;

/** A vision tower learns the words of image regions. */
final class TowerRunTest {
  private static final int STEPS = 10;

  @TempDir private Path folder;
  private Path regions;
  private OptionalInt patches = OptionalInt.empty();

  @BeforeEach
  void prepare() throws IOException {
    regions = new TrainingFixture(folder).regions();
  }

  @Test
  void interruptedItTakesTheSameStepsAndEndsWithTheSameTower() throws IOException {
    train("whole", STEPS);
    // Interrupted between two checkpoints, right after one, and before the first.
    train("parts", 2);
    train("parts", 5);
    train("parts", 3);
    train("parts", 4);

    assertThat(losses("parts")).hasSize(STEPS).isEqualTo(losses("whole"));
    assertThat(folder.resolve("parts/model/vision-tower/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model/vision-tower/model.safetensors"));
  }

  @Test
  void interruptedWithSomePatchesItTakesTheSameStepsTheLastOnesWithAll() throws IOException {
    patches = OptionalInt.of(5);
    train("whole", STEPS);
    train("parts", 4);
    train("parts", 7);

    assertThat(losses("parts")).hasSize(STEPS).isEqualTo(losses("whole"));
    double all = TrainingFixture.checkpoint().config().vision().patches();
    double pictures = numbers("parts", "samples").get(0);
    assertThat(numbers("parts", "tokens"))
        .isEqualTo(
            Stream.concat(
                    Collections.nCopies(STEPS - 1, 5 * pictures).stream(),
                    Stream.of(all * pictures))
                .toList());
  }

  @Test
  void itLearnsTheWords() throws IOException {
    train("out", 60);

    List<Double> losses = losses("out");
    double last = losses.subList(50, 60).stream().mapToDouble(loss -> loss).average().orElseThrow();
    assertThat(last).isLessThan(0.7 * losses.get(0));
  }

  @Test
  void onlyTheTowerChanges() throws IOException {
    train("out", STEPS);

    LlavaCheckpoint base = TrainingFixture.checkpoint();
    LlavaCheckpoint trained = LlavaCheckpoint.open(folder.resolve("out/model"), Optional.empty());
    assertThat(trained.visionFingerprint()).isNotEqualTo(base.visionFingerprint());
    String changed =
        trained.tensors().values().stream()
            .filter(ours -> !TrainingFixture.sameValues(ours, base.tensors().get(ours.name())))
            .map(ours -> ours.name().substring(0, ours.name().indexOf('.')))
            .distinct()
            .toList()
            .toString();
    assertThat(changed).isEqualTo("[vision_model]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|not valid JSON",
        "{}|no image or no regions",
        "{\"image\":\"a.png\",\"regions\":[],\"patches\":[1]}|has 1 patches; the tower has",
      })
  void aMalformedLineIsNamed(String line, String problem) throws IOException {
    Files.writeString(regions, Files.readAllLines(regions).get(0) + "\n" + line + "\n");

    assertThatThrownBy(() -> open("out"))
        .isInstanceOf(TrainingDataException.class)
        .hasMessageContaining("line 2")
        .hasMessageContaining(problem);
  }

  private TowerRun open(String out) throws IOException {
    return open(out, STEPS);
  }

  private TowerRun open(String out, int steps) throws IOException {
    return TowerRun.open(
        TrainingFixture.input(regions),
        TrainingFixture.settings(TrainingStage.TOWER, steps, patches),
        TrainingFixture.output(folder.resolve(out)));
  }

  private void train(String out, int steps) throws IOException {
    try (TowerRun training = open(out, Math.max(steps, STEPS))) {
      TrainingFixture.go(training, steps);
    }
  }

  private List<Double> losses(String out) throws IOException {
    return numbers(out, "loss");
  }

  private List<Double> numbers(String out, String field) throws IOException {
    List<Double> numbers = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(out).resolve("log.jsonl"))) {
      numbers.add(new ObjectMapper().readTree(line).get(field).asDouble());
    }
    return numbers;
  }
}
