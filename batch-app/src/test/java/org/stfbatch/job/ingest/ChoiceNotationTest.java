package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChoiceNotationTest {
  @Test
  void textsAreSeparatedByCommasAndMayHaveBlanksAroundThem() {
    assertThat(ChoiceNotation.parse("A,B,C,D").texts()).containsExactly("A", "B", "C", "D");
    assertThat(ChoiceNotation.parse(" yes , no way,日本 😀").texts())
        .containsExactly("yes", "no way", "日本 😀");
    assertThat(ChoiceNotation.parse("A").texts()).containsExactly("A");
  }

  @Test
  void aJsonListMayHoldCommas() {
    assertThat(ChoiceNotation.parse(" [\"Yes, it is\", \" [no] \"]").texts())
        .containsExactly("Yes, it is", "[no]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | empty text",
        "A,,B | empty text",
        "A, | empty text",
        "A, A | 'A' twice",
        "[] | no text",
        "[\"A\", \" A\"] | 'A' twice",
        "[\"A\", 7] | no text",
        "[\"A\", | JSON list",
        "[\"A\"] B | JSON list",
        "[\"\\ud800\"] | surrogate",
      })
  void whatIsNoChoicesIsSaidInOneLine(String text, String why) {
    assertThatThrownBy(() -> ChoiceNotation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aThousandAreEnough() {
    StringBuilder texts = new StringBuilder("0");
    for (int i = 1; i < 1000; i++) {
      texts.append(',').append(i);
    }
    assertThat(ChoiceNotation.parse(texts.toString()).texts()).hasSize(1000);
    assertThatThrownBy(() -> ChoiceNotation.parse(texts + ",1000"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 1000");
  }
}
