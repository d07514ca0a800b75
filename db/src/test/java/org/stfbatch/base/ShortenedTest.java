package org.stfbatch.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortenedTest {
  @ParameterizedTest
  @ValueSource(ints = {199, 200, 201, 5000})
  void onlyTheBeginningOfWhatWasGivenIsShown(int length) {
    String shown = Shortened.given("ü".repeat(length));

    String beginning = "ü".repeat(Math.min(length, 200));
    assertThat(shown)
        .isEqualTo(
            length <= 200
                ? beginning
                : beginning + "... (" + (length == 201 ? "1" : "4,800") + " more characters)");
  }

  @Test
  void noCharacterIsCutInTwo() {
    assertThat(Shortened.given("😀".repeat(201)))
        .isEqualTo("😀".repeat(200) + "... (1 more characters)");
    assertThat(Shortened.given("a" + "😀".repeat(300))).startsWith("a" + "😀".repeat(199) + "...");
    assertThat(Shortened.message("a" + "😀".repeat(500)))
        .isEqualTo(
            "a" + "😀".repeat(219) + " ... (221 characters left out) ... " + "😀".repeat(60));
  }

  @Test
  void whatWasGivenStaysOneLine() {
    assertThat(Shortened.given("a\nb\u0000c\u2028d\ud800e"))
        .isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
  }

  @Test
  void aLongMessageKeepsItsSubjectAndItsCure() {
    String message = "line 7: " + "x".repeat(2_000_000) + " is too long: write less";

    assertThat(Shortened.message(message))
        .startsWith("line 7: x")
        .endsWith("x is too long: write less")
        .contains("characters left out")
        .hasSizeLessThan(400);
    assertThat(Shortened.message("x".repeat(400))).isEqualTo("x".repeat(400));
  }
}
