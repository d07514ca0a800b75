package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training scripts with the packaged program. */
class TrainingScriptsIT {
  private static final Pattern ALL =
      Pattern.compile("all short answers +\\d+ +\\d+ +(\\d+\\.\\d) %");

  @TempDir private Path folder;

  @Test
  void aModelIsTrainedFromNothingAndItsFusionCompared() throws Exception {
    Scripts scripts = new Scripts(folder);
    Path trained = folder.resolve("trained");
    scripts.ok(
        "scripts/train-demo --images 24 --test-images 4 --steps 3 --pretrain 2 --captions 2 --out "
            + trained);

    for (String how : List.of("seen", "brief", "black")) {
      assertThat(trained.resolve("score-" + how + ".txt")).content().containsPattern(ALL);
    }
    assertThat(trained.resolve("finetune/model/model.safetensors")).isNotEmptyFile();
    assertThat(trained.resolve("curves.svg")).isNotEmptyFile();

    String ablation =
        "scripts/train-ablation --from %s --out %s".formatted(trained, folder.resolve("compared"))
            + " --test-images 4 --steps 4 --seeds 1 --variants 'plain stf:k4e4'";
    String table = table(scripts.ok(ablation));

    assertThat(table).containsPattern("plain +\\d+\\.\\d % .*\\nstf:k4e4 +\\d+\\.\\d % ");
    String again = scripts.ok(ablation);
    assertThat(again).doesNotContain("stf-batch");
    assertThat(table(again)).isEqualTo(table);
  }

  private static String table(String output) {
    int head = output.lastIndexOf("variant  ");
    assertThat(head).as(output).isNotNegative();
    return output.substring(head);
  }
}
