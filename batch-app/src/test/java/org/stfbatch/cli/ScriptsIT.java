package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo and training scripts with the packaged program, each with its own home folder. */
class ScriptsIT {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern ALL =
      Pattern.compile("all short answers +\\d+ +\\d+ +(\\d+\\.\\d) %");

  @TempDir private Path folder;

  @Test
  void theDemoAnswersTellsHowManyAreRightAndDoesNothingTwice() throws Exception {
    String demo = ok("scripts/demo --images 60 --home " + folder);

    assertThat(demo)
        .contains("313 jobs, 304 answered, 9 failed, 0 waiting")
        .containsPattern("\\{\"question_id\": 1, .*small red square at the top: red");
    assertThat(accuracy(demo)).isGreaterThan(95);
    assertThat(folder.resolve("demo/report.html")).isNotEmptyFile();

    String again = ok("scripts/demo --images 60 --home " + folder);

    assertThat(again).doesNotContain("stf-batch demo-data").contains("313 read, 0 added");
    assertThat(accuracy(again)).isEqualTo(accuracy(demo));
  }

  @Test
  void theProgramNeedsNoHomeOfTheUserWhereItsOwnIsGiven() throws Exception {
    Path own = folder.resolve("own");
    for (String home : List.of("-u HOME", "HOME=")) {
      ok("env " + home + " scripts/stf-batch db start --home " + own);
      ok("env " + home + " STF_BATCH_HOME=" + own + " scripts/stf-batch db stop");
      ok(
          "env -u STF_BATCH_HOME "
              + home
              + " scripts/stf-batch db status 2>&1"
              + " | grep 'give --home DIR or set STF_BATCH_HOME'");
    }
  }

  @Test
  void theDemoGoesFromTopicToTopic() throws Exception {
    assertThat(ok("scripts/demo --kafka --images 60 --home " + folder))
        .contains("313 outcomes published", "304 answered, 9 failed, 0 waiting");
    assertThat(folder.resolve("demo/answers-topic.jsonl"))
        .content()
        .hasLineCount(313)
        .containsPattern("\"question_id\":1,.*small red square at the top: red");
  }

  @Test
  void aModelIsTrainedFromNothingAndItsFusionCompared() throws Exception {
    Path trained = folder.resolve("trained");
    ok(
        "scripts/train-demo --images 24 --test-images 4 --steps 3 --pretrain 2 --captions 2 --out "
            + trained);

    for (String how : List.of("seen", "brief", "black")) {
      assertThat(trained.resolve("score-" + how + ".txt")).content().containsPattern(ALL);
    }
    assertThat(trained.resolve("finetune/model/model.safetensors")).isNotEmptyFile();
    assertThat(trained.resolve("curves.svg")).isNotEmptyFile();

    String ablation =
        "scripts/train-ablation --from %s --out %s".formatted(trained, folder.resolve("compared"))
            + " --test-images 4 --steps 4 --seeds 1 --variants 'plain stf:k4e4 fastv:layer=1,keep=20'";
    String table = table(ok(ablation));

    String line = " +\\d+\\.\\d % .* [+-]\\d+\\.\\d % \u00b1 +\\d+\\.\\d % +";
    assertThat(table)
        .containsPattern("plain" + line + "7\\.63   576\n")
        .containsPattern("stf:k4e4" + line + "1\\.88   144\n")
        .containsPattern("fastv:layer=1,keep=20" + line + "0\\.\\d+   576, 20 from layer 1 on\n");
    String again = ok(ablation);
    assertThat(again).doesNotContain("stf-batch");
    assertThat(table(again)).isEqualTo(table);
  }

  private static double accuracy(String output) {
    Matcher all = ALL.matcher(output);
    assertThat(all.find()).as(output).isTrue();
    return Double.parseDouble(all.group(1));
  }

  private static String table(String output) {
    int head = output.lastIndexOf("variant  ");
    assertThat(head).as(output).isNotNegative();
    return output.substring(head);
  }

  /** Returns the output of a command line that must succeed. */
  private String ok(String command) throws IOException, InterruptedException {
    Path printed = Files.createTempFile(folder, "script", ".out");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(PROJECT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile());
    // Most commands of the scripts end before the optimising compiler pays off.
    builder.environment().put("JAVA_OPTS", "-XX:TieredStopAtLevel=1");
    Process script = builder.start();
    int exitCode = script.waitFor();
    String output = Files.readString(printed);
    assertThat(exitCode).as(output).isZero();
    return output;
  }
}
