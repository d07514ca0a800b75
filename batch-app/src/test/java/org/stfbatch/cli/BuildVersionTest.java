package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildVersionTest {

  @ParameterizedTest
  @CsvSource({
    "f578d64, stf-batch 0.1.0 (f578d64)",
    "f578d64-dirty, stf-batch 0.1.0 (f578d64-dirty)",
    "'', stf-batch 0.1.0"
  })
  void theCommitIsToldWhereItIsKnown(String commit, String text) {
    Properties build = new Properties();
    build.setProperty("version", "0.1.0");
    build.setProperty("commit", commit);

    assertThat(BuildVersion.text(build)).isEqualTo(text);
  }

  @Test
  void thisBuildHasFilledItIn() {
    assertThat(Cli.with().ok("--version"))
        .matches("stf-batch \\d+\\.\\d+\\.\\d+\\S*( \\([0-9a-f]{7,}(-dirty)?\\))?\\R");
    assertThat(Cli.with().ok("infer", "--version")).isEqualTo(Cli.with().ok("--version"));
  }
}
