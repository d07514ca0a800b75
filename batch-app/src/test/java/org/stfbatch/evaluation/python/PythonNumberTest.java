package org.stfbatch.evaluation.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected texts are the output of Python 3. */
class PythonNumberTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1.0",
    "0, 0.0",
    "-0.0, -0.0",
    "0.1, 0.1",
    "33.333333333333336, 33.333333333333336",
    "66.66666666666666, 66.66666666666666",
    "1e15, 1000000000000000.0",
    "1e16, 1e+16",
    "1.5e22, 1.5e+22",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "2e-44, 2e-44",
    "-1.25e-7, -1.25e-07",
    "1e100, 1e+100",
    "NaN, NaN",
    "Infinity, Infinity"
  })
  void writesAFloatAsReprDoes(double value, String expected) {
    assertThat(PythonNumber.repr(value)).isEqualTo(expected);
  }

  @Test
  void theTextGivesTheNumberAgain() {
    Random random = new Random(2);
    for (int i = 0; i < 10_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(PythonNumber.repr(value))).isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.125, 2, 0.12",
    "0.375, 2, 0.38",
    "2.675, 2, 2.67",
    "66.66666666666666, 2, 66.67",
    "0.5, 0, 0"
  })
  void roundsTheExactValue(double value, int digits, String expected) {
    assertThat(PythonNumber.fixed(value, digits)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"12, 12", "' 12\u00a0', 12", "-3, -3", "+007, 7", "1_000, 1000"})
  void readsWhatIntReads(String text, long expected) {
    assertThat(PythonNumber.integer(text)).contains(BigInteger.valueOf(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "v1", "1.0", "1__0", "_1", "1e3", "0x1", "1 2"})
  void readsNothingElse(String text) {
    assertThat(PythonNumber.integer(text)).isEmpty();
  }
}
