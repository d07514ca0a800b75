package org.stfbatch.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobFailureTest {
  @Test
  void noMessageHoldsAllThatWasGiven() {
    String given = "😀".repeat(1_000_000);
    JobFailure failure =
        new JobFailure("image", "IMAGE_NOT_FOUND", given + " not found: check the name", 1);

    assertThat(failure.message())
        .endsWith(" not found: check the name")
        .contains("characters left out");
    assertThat(failure.message().codePointCount(0, failure.message().length())).isLessThan(340);
    assertThat(StoredText.isStorable(failure.message())).isTrue();
  }

  @Test
  void nulIsReplacedWhereverTheMessageComesFrom() {
    assertThat(new JobFailure("ingest", "QUESTION_LINE", "a\u0000b\ud800", 1).message())
        .isEqualTo("a\uFFFDb\uFFFD");
  }
}
