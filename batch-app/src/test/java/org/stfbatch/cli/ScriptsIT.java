package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo and the launcher with the packaged program, each with its own home folder. */
class ScriptsIT {
  private static final Pattern ALL =
      Pattern.compile("all short answers +\\d+ +\\d+ +(\\d+\\.\\d) %");

  @TempDir private Path folder;
  private Scripts scripts;

  @BeforeEach
  void inTheFolder() {
    scripts = new Scripts(folder);
  }

  @Test
  void theDemoAnswersTellsHowManyAreRightAndDoesNothingTwice() throws Exception {
    String demo = scripts.ok("scripts/demo --images 60 --home " + folder);

    assertThat(demo)
        .contains("313 jobs, 304 answered, 9 failed, 0 waiting")
        .containsPattern("\\{\"question_id\": 1, .*small red square at the top: red");
    assertThat(accuracy(demo)).isGreaterThan(95);
    assertThat(folder.resolve("demo/report.html")).isNotEmptyFile();

    String again = scripts.ok("scripts/demo --images 60 --home " + folder);

    assertThat(again).doesNotContain("stf-batch demo-data").contains("313 read, 0 added");
    assertThat(accuracy(again)).isEqualTo(accuracy(demo));
  }

  @Test
  void theProgramNeedsNoHomeOfTheUserWhereItsOwnIsGiven() throws Exception {
    Path own = folder.resolve("own");
    for (String home : List.of("-u HOME", "HOME=")) {
      scripts.ok("env " + home + " scripts/stf-batch db start --home " + own);
      scripts.ok("env " + home + " STF_BATCH_HOME=" + own + " scripts/stf-batch db stop");
      scripts.ok(
          "env -u STF_BATCH_HOME "
              + home
              + " scripts/stf-batch db status 2>&1"
              + " | grep 'give --home DIR or set STF_BATCH_HOME'");
    }
  }

  @Test
  void theDemoGoesFromTopicToTopic() throws Exception {
    assertThat(scripts.ok("scripts/demo --kafka --images 60 --home " + folder))
        .contains("313 outcomes published", "304 answered, 9 failed, 0 waiting");
    assertThat(folder.resolve("demo/answers-topic.jsonl"))
        .content()
        .hasLineCount(313)
        .containsPattern("\"question_id\":1,.*small red square at the top: red");
  }

  private static double accuracy(String output) {
    Matcher all = ALL.matcher(output);
    assertThat(all.find()).as(output).isTrue();
    return Double.parseDouble(all.group(1));
  }
}
