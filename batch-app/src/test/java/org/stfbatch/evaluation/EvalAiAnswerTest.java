package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are the output of the original's code for the same answers. */
class EvalAiAnswerTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "Two, 2",
        "`The red-bus.`, red bus",
        "t-shirt - blue, tshirt blue",
        "`1,000`, 1000",
        "3.5, 3.5",
        "1.5., 1.5",
        "U.S.A., usa",
        "None, 0",
        "N/A, n",
        "A, ``",
        "`it's John's`, `it 's john 's`",
        "dont, `don't`",
        "Im, im",
        "Ive, ive",
        "`id've`, `id've`",
        "10:30, 10:30",
        "yes/no, yes no",
        "3., 3",
        ".5, .5",
        "`let's go`, `let 's go`",
        "`somebody'd`, somebodyd",
        "`y'allll`, `y'all'll`",
        "`What? Ten!`, what 10",
        "`a  b\u00a0the\u3000c`, b c",
        "`50% & $5 #1`, `50% & $5 #1`",
        "`(two) [an]`, `2`",
        "`a_b-c`, b c",
        "`x . y`, `x y`",
        "``, ``"
      })
  void normalisesAsTheOriginalDoes(String answer, String expected) {
    assertThat(EvalAiAnswer.normalised(answer)).isEqualTo(expected);
  }

  @Test
  void removesNoMorePeriodsThanTheFlagThatIsTakenForACount() {
    assertThat(EvalAiAnswer.normalised(".".repeat(40))).isEqualTo(".".repeat(8));
    assertThat(EvalAiAnswer.normalised(".".repeat(32))).isEmpty();
  }

  @Test
  void keepsAPeriodBeforeAnyDigitOfUnicode() {
    assertThat(EvalAiAnswer.normalised("x.\u0661")).isEqualTo("x.\u0661");
    assertThat(EvalAiAnswer.normalised("x.\u00b2")).isEqualTo("x\u00b2");
  }

  @Test
  void lineBreaksAndTabsAreBlanks() {
    assertThat(EvalAiAnswer.normalised("\n red\n\tbus \r\n")).isEqualTo("red bus");
  }

  @Test
  void marksBesideASpaceAreRemovedAndOthersBecomeSpaces() {
    assertThat(EvalAiAnswer.normalised("x-y - z-w")).isEqualTo("xy zw");
    assertThat(EvalAiAnswer.normalised("x-y z-w")).isEqualTo("x y z w");
  }

  @Test
  void neverFailsAndNeverLeavesWhatItRemoves() {
    Random random = new Random(1);
    String letters = "aA n'.,?!-_/ \t\n\"0é\u0130\u03a3\u2028\ud83d\ude00";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder answer = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        answer.append(letters.charAt(random.nextInt(letters.length())));
      }
      String normalised = EvalAiAnswer.normalised(answer.toString());
      assertThat(normalised)
          .as(answer.toString())
          .doesNotContain(",", "?", "!", "/", "\"", "-", "_", "\t", "\n", "  ")
          .doesNotStartWith(" ")
          .doesNotEndWith(" ");
      assertThat(normalised.split(" ")).doesNotContain("a", "an", "the");
    }
  }
}
