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
}
