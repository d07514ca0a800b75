package org.stfbatch.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BracePatternTest {
  /** The right sides are what bash prints. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "part-{000..002}.tar | part-000.tar part-001.tar part-002.tar",
        "{9..11} | 9 10 11",
        "{09..11} | 09 10 11",
        "{3..1} | 3 2 1",
        "{0..6..3} | 0 3 6",
        "{-1..1} | -1 0 1",
        "{a,b}-{1..2}.tar | a-1.tar a-2.tar b-1.tar b-2.tar",
        "x{a,b{1..2},}y | xay xb1y xb2y xy",
        "{train,val/{a,b}}.tar | train.tar val/a.tar val/b.tar",
        "plain.tar | plain.tar",
        "{alone}.tar | {alone}.tar",
        "open{1..2.tar | open{1..2.tar",
        "{{1..2} | {1 {2",
        "{x{1..2}} | {x1} {x2}",
      })
  void expandsAsBash(String pattern, String texts) {
    assertThat(BracePattern.expand(pattern)).isEqualTo(List.of(texts.split(" ")));
  }

  @Test
  void tooManyFilesAreRefusedBeforeTheyAreListed() {
    for (String pattern :
        List.of("{1..1000001}", "{1..2000}{1..2000}", "{0..999999999999999999}")) {
      assertThatThrownBy(() -> BracePattern.expand(pattern))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("more than 1000000 files");
    }
  }
}
