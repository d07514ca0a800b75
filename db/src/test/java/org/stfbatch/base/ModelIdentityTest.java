package org.stfbatch.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelIdentityTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none | plain | 0f",
        "none | int8 | 0f+none+int8",
        "vtc-cls:layer=16,tokens=144 | plain | 0f+vtc-cls:layer=16,tokens=144+plain",
        "prumerge | int8 | 0f+prumerge+int8",
        "prumerge+ | int8 | 0f+prumerge++int8"
      })
  void theSystemFingerprintTellsAllThree(String compression, String weightFormat, String expected) {
    assertThat(new ModelIdentity("0f", compression, weightFormat).systemFingerprint())
        .isEqualTo(expected);
  }

  @Test
  void theSettingsOfTwoCheckpointsCanBeTheSame() {
    ModelIdentity model = new ModelIdentity("a", "prumerge", "int8");

    assertThat(model.hasSettingsOf(new ModelIdentity("b", "prumerge", "int8"))).isTrue();
    assertThat(model.hasSettingsOf(new ModelIdentity("a", "prumerge+", "int8"))).isFalse();
    assertThat(model.hasSettingsOf(new ModelIdentity("a", "prumerge", "plain"))).isFalse();
  }
}
