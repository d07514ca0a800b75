package org.stfbatch.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTest {
  @ParameterizedTest
  @CsvSource({
    "2.50, 2.5, ''",
    ".5, 0.5, ''",
    "2., 2, ''",
    "0, 0, ''",
    "2.50EUR, 2.5, EUR",
    "'2.50 EUR', 2.5, EUR",
    "$2, 2, $",
    "€ 3, 3, €"
  })
  void aPriceIsReadAsPeopleWriteIt(String text, double amount, String currency) {
    assertThat(Price.parse(text)).isEqualTo(new Price(amount, currency));
  }
}
