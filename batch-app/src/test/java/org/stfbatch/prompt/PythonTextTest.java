package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PythonTextTest {

  @Test
  void stripsWhatPythonStrips() {
    assertThat(PythonText.strip("\t\u000B\u001C\u001F\u0085\u00A0\u2009 a b \u202F\u3000\n"))
        .isEqualTo("a b");
  }

  @Test
  void keepsWhatPythonKeeps() {
    assertThat(PythonText.strip("\u200B\u0000a\u001B\uFEFF"))
        .isEqualTo("\u200B\u0000a\u001B\uFEFF");
  }

  @Test
  void whiteSpaceAloneBecomesEmpty() {
    assertThat(PythonText.strip(" \u2028\u2029\u205F\u1680")).isEmpty();
  }

  @Test
  void stripsOneSideOnly() {
    assertThat(PythonText.stripLeading(" a ")).isEqualTo("a ");
    assertThat(PythonText.stripTrailing(" a ")).isEqualTo(" a");
  }

  @Test
  void splitsAtEveryRunOfWhiteSpace() {
    assertThat(PythonText.words(" a\u00A0\n b\u200Bc ")).containsExactly("a", "b\u200Bc");
    assertThat(PythonText.words("\u3000")).isEmpty();
  }

  @Test
  void lowersAsPythonDoes() {
    assertThat(PythonText.lower("I\u0130\u1E9E\uD801\uDC00"))
        .isEqualTo("ii\u0307\u00DF\uD801\uDC28");
  }

  @Test
  void theFinalSigmaIsThatOfUnicode() {
    assertThat(PythonText.lower("\u039F\u0394\u039F\u03A3")).isEqualTo("\u03BF\u03B4\u03BF\u03C2");
    assertThat(PythonText.lower("\u03A3")).isEqualTo("\u03C3");
    assertThat(PythonText.lower("A\u03A3.B")).isEqualTo("a\u03C3.b");
    assertThat(PythonText.lower("A'\u03A3 B")).isEqualTo("a'\u03C2 b");
  }
}
