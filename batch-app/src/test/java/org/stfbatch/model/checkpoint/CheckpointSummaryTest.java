package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointSummaryTest {

  private static final LlamaConfig SEVEN_B =
      new LlamaConfig(32_000, 4096, 11_008, 32, 32, 32, 1e-5, 10_000, 4096, 1, 2);

  @TempDir Path folder;

  @Test
  void theSevenBillionModelCostsWhatThePaperSays() throws IOException {
    CheckpointWriter.sevenB(32).writeSparse(folder);

    CheckpointSummary summary =
        CheckpointSummary.of(LlavaCheckpoint.open(folder, Optional.empty()));

    assertThat(summary.visionTokensPerImage()).isEqualTo(144);
    assertThat(summary.languageParameters()).isEqualTo(6_738_415_616L);
    assertThat(summary.visionParameters()).isEqualTo(303_505_408L);
    assertThat(summary.fusionParameters()).isEqualTo(171_992_064L);
    assertThat(summary.tensors()).isEqualTo(688);
    assertThat(summary.toText())
        .contains("released form")
        .contains("6,738,415,616")
        .contains("bfloat16")
        .containsPattern("TFLOPs per image \\(prefill\\) +1\\.9\n")
        .contains(summary.fingerprint());
  }

  @ParameterizedTest
  @CsvSource({"64, 0.831", "144, 1.876", "288, 3.774", "576, 7.634"})
  void prefillCost(int tokens, double teraFlops) {
    assertThat(CheckpointSummary.prefillFlops(SEVEN_B, tokens) / 1e12)
        .isCloseTo(teraFlops, within(5e-4));
  }

  @Test
  void groupedQueriesCostLess() {
    LlamaConfig grouped =
        new LlamaConfig(32_000, 4096, 11_008, 32, 32, 8, 1e-5, 10_000, 4096, 1, 2);

    assertThat(
            CheckpointSummary.prefillFlops(SEVEN_B, 1) - CheckpointSummary.prefillFlops(grouped, 1))
        .isEqualTo(2.0 * 32 * 2 * 4096 * (4096 - 1024));
  }

  @Test
  void theMapIsFitForJson() throws IOException {
    CheckpointWriter.tiny(2).write(folder);
    CheckpointSummary summary =
        CheckpointSummary.of(LlavaCheckpoint.open(folder, Optional.empty()));

    assertThat(new ObjectMapper().valueToTree(summary.toMap()).toString())
        .contains("\"vision_tokens_per_image\":4")
        .contains("\"dtypes\":[\"bfloat16\"]")
        .contains("\"fingerprint\":\"" + summary.fingerprint());
  }
}
