package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.compression.CompressionStrategy;

/** Which vision-token strategy each step of a training has. */
final class CompressionScheduleTest {
  @ParameterizedTest
  @CsvSource({"32, 2, 16", "40, 2, 20", "6, 1, 3", "16, 1, 8"})
  void llaVoltasStagesHaveTheLayersOfTheModelsDepth(int layers, int early, int late) {
    assertThat(specs(CompressionSchedule.parse("llavolta", layers)))
        .containsExactly(
            "llavolta:layer=%d,stride=8".formatted(early),
            "llavolta:layer=%d,stride=2".formatted(early),
            "llavolta:layer=%d,stride=2".formatted(late),
            "none");
  }

  /**
   * The original changes the stage after 1300, 2600 and 3900 steps of 5197, rounded to hundreds.
   */
  @Test
  void aStageHasAnEqualShareOfTheSteps() {
    CompressionSchedule schedule = CompressionSchedule.parse("llavolta", 32);
    long steps = 5197;

    List<String> all =
        LongStream.range(0, steps).mapToObj(step -> schedule.at(step, steps).spec()).toList();
    assertThat(all).startsWith("llavolta:layer=2,stride=8").endsWith("none");
    assertThat(
            LongStream.range(1, steps).filter(i -> !all.get((int) i).equals(all.get((int) i - 1))))
        .containsExactly(1300L, 2599L, 3898L);
  }

  @Test
  void stagesAreListedOrNamed() {
    assertThat(specs(CompressionSchedule.parse("llavolta:stride=4/none", 6)))
        .containsExactly("llavolta:layer=2,stride=4", "none");
    assertThatThrownBy(() -> CompressionSchedule.parse("llavolta:layer=2", 6))
        .hasMessage(
            "--stages llavolta:layer=2 is one stage: give llavolta, or two or more strategies with / between them, or --compress llavolta:layer=2 for all steps");
    assertThatThrownBy(() -> CompressionSchedule.parse("none/four", 6))
        .hasMessageContaining("no compression strategy 'four'");
    assertThatThrownBy(() -> CompressionSchedule.parse("light", 6))
        .hasMessageContaining("no compression strategy 'light'");
    assertThatThrownBy(() -> CompressionSchedule.parse("none/", 6))
        .hasMessage("--stages none/ has an empty stage: give each stage a strategy, such as none");
  }

  @Test
  void everyStageHasAStep() {
    CompressionSchedule schedule = CompressionSchedule.parse("llavolta", 32);

    schedule.requireStepOfEach(4);
    assertThatThrownBy(() -> schedule.requireStepOfEach(3))
        .hasMessage("--stages has 4 stages, and this training has 3 steps: train for at least 4");
  }

  private static List<String> specs(CompressionSchedule schedule) {
    return schedule.stages().stream().map(CompressionStrategy::spec).toList();
  }
}
