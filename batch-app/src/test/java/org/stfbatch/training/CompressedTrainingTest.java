package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.compression.CompressionStrategy;

/** Trainings with fewer vision tokens. */
final class CompressedTrainingTest {
  private static final int STEPS = 6;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The model has 3 layers and 4 vision tokens. */
  private static final CompressionSchedule STAGES =
      CompressionSchedule.parse("llavolta:layer=0,stride=4/llavolta:layer=2,stride=2/none", 3);

  @TempDir private Path folder;
  private TrainingInput input;

  @BeforeEach
  void prepare() throws IOException {
    input = TrainingFixture.input(new TrainingFixture(folder).conversations(20));
  }

  @Test
  void interruptedStagesTakeTheSameStepsAndEndWithTheSameModel() throws IOException {
    train("whole", STAGES, STEPS);
    // Interrupted in the first stage, and twice in the second, after a checkpoint.
    train("parts", STAGES, 1);
    train("parts", STAGES, 4);
    train("parts", STAGES, 1);
    train("parts", STAGES, 3);
    train("plain", CompressionSchedule.none(), 1);

    assertThat(losses("parts")).hasSize(STEPS).isEqualTo(losses("whole"));
    assertThat(folder.resolve("parts/model/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
    assertThat(losses("plain").get(0)).isNotEqualTo(losses("whole").get(0));
  }

  @Test
  void aResumedTrainingKeepsItsStrategy() throws IOException {
    train("plain", CompressionSchedule.none(), 3);
    // As older versions wrote it.
    Path description = folder.resolve("plain/training.json");
    ObjectNode settings = (ObjectNode) JSON.readTree(description.toFile());
    settings.remove(List.of("--compress", "--stages", "--flops-of"));
    Files.writeString(description, settings.toString());
    train("staged", STAGES, 1);

    train("plain", CompressionSchedule.none(), 1);
    assertThatThrownBy(() -> train("plain", of("llavolta:layer=1,stride=2"), 1))
        .hasMessage(
            "%s was begun with --compress none, not llavolta:layer=1,stride=2: repeat its command, or give another --out"
                .formatted(folder.resolve("plain")));
    assertThatThrownBy(() -> train("staged", CompressionSchedule.none(), 1))
        .hasMessageContaining("was begun with --stages llavolta:layer=0,stride=4/llavolta:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fastv:layer=2,keep=144 | choose none, llavolta or yopo, and give fastv when the trained model answers",
        "avgpool:k=2 | see model new --fusion avgpool",
        "llavolta:layer=-1,stride=2 | choose layer=0 or more",
        "llavolta:layer=3,stride=2 | this language model has 3 layers",
        "llavolta:layer=1,stride=5 | choose stride=1 to 4",
      })
  void strategiesThatCannotBeTrainedAreRefused(String spec, String cure) {
    assertThatThrownBy(() -> train("refused", of(spec), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(cure);
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  @Test
  void stepsCostWhatAnotherTrainingCost() throws IOException {
    train("staged", STAGES, STEPS);
    double flops = TrainingCost.ofFinished(folder.resolve("staged"));

    assertThat(steps(STAGES, flops)).isEqualTo(STEPS);
    long staged = steps(STAGES, 40 * flops);
    assertThat(steps(CompressionSchedule.none(), 40 * flops)).isLessThan(staged);
    assertThat(steps(of("llavolta:layer=0,stride=4"), 40 * flops)).isGreaterThan(staged);
    assertThat(steps(CompressionSchedule.none(), 1)).isEqualTo(1);
    assertThatThrownBy(() -> steps(STAGES, 1))
        .hasMessageContaining("this training has 1 step: train for at least 3");
    assertThatThrownBy(() -> TrainingCost.ofFinished(folder.resolve("none")))
        .hasMessageContaining("give the --out folder of one");
  }

  private static CompressionSchedule of(String spec) {
    return new CompressionSchedule(List.of(CompressionStrategy.parse(spec)));
  }

  private long steps(CompressionSchedule schedule, double flops) throws IOException {
    TrainingSettings settings =
        TrainingFixture.settings(TrainingStage.FINETUNE, STEPS)
            .with(schedule, OptionalDouble.of(flops));
    try (TrainingRun training =
        TrainingRun.open(input, settings, TrainingFixture.output(folder.resolve("counted")))) {
      return training.steps();
    }
  }

  private void train(String out, CompressionSchedule schedule, int steps) throws IOException {
    TrainingSettings settings =
        TrainingFixture.settings(TrainingStage.FINETUNE, STEPS)
            .with(schedule, OptionalDouble.empty());
    try (TrainingRun training =
        TrainingRun.open(input, settings, TrainingFixture.output(folder.resolve(out)))) {
      TrainingFixture.go(training, steps);
    }
  }

  private List<Double> losses(String out) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(out).resolve("log.jsonl"))) {
      losses.add(JSON.readTree(line).get("loss").asDouble());
    }
    return losses;
  }
}
