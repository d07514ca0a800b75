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

    String bundled =
        "scripts/train-ablation --out %s --images 24 --test-images 2"
                .formatted(folder.resolve("bundled"))
            + " --steps 4 --batch 2 --seeds 1 --variants plain";
    assertThat(table(scripts.ok(bundled))).contains("7.63   576");

    String ablation =
        "scripts/train-ablation --from %s --out %s".formatted(trained, folder.resolve("compared"))
            + " --test-images 4 --steps 4 --batch 2 --seeds 1"
            + " --variants 'plain stf:k4e4 fastv:layer=1,keep=20'";
    String table = table(scripts.ok(ablation));

    String line = " +\\d+\\.\\d % .* [+-]\\d+\\.\\d % \u00b1 +\\d+\\.\\d % +";
    assertThat(table)
        .containsPattern("plain" + line + "7\\.63   576\n")
        .containsPattern("stf:k4e4" + line + "1\\.88   144\n")
        .containsPattern("fastv:layer=1,keep=20" + line + "0\\.\\d+   576, 20 from layer 1 on\n");
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
