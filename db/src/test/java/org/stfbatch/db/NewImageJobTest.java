package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewImageJobTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-6, 0.7, 100})
  void aTemperatureThatCanBeComputedWithIsTaken(double temperature) {
    assertThat(job(temperature, 1e-6).settings().temperature()).hasValue(temperature);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 9e-7, 101, 1e30})
  void aTemperatureOutOfRangeIsRefusedWithTheRange(double temperature) {
    assertThatThrownBy(() -> job(temperature, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature must be 0, or 0.000001 to 100, not " + temperature);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.MIN_VALUE, 1e-40, 9e-31})
  void aTopPOutOfRangeIsRefusedWithTheRange(double topP) {
    assertThatThrownBy(() -> job(0, topP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("top_p must be 1e-30 to 1, not ");
  }

  private static NewImageJob job(double temperature, double topP) {
    return NewImageJob.toAnswer(
        "a",
        OptionalLong.empty(),
        new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), "What?"),
        new JobSettings(
            OptionalInt.empty(),
            OptionalDouble.of(temperature),
            OptionalDouble.of(topP),
            OptionalLong.empty(),
            Optional.empty()));
  }
}
