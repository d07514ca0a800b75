package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of the scripts while they build the program, with a fake Maven. */
class BuildScriptTest {
  private static final Path LIBRARY = Path.of("../scripts/lib.sh");

  @TempDir private Path project;

  @BeforeEach
  void copyTheLibrary() throws IOException {
    Files.createDirectories(project.resolve("scripts"));
    Files.createDirectories(project.resolve(".mvn"));
    Files.createDirectories(project.resolve("batch-app/target/app"));
    Files.copy(LIBRARY, project.resolve("scripts/lib.sh"));
    Files.writeString(project.resolve("pom.xml"), "<project/>");
  }

  @Test
  void aBuildSaysWhatItDoes() throws Exception {
    Ran ran =
        build(
            """
            echo "[INFO] Building stf-batch db 0.1.0 [2/4]"
            for i in $(seq 120); do echo "Downloaded from central: https://x/$i.jar (1 kB)"; done
            echo "[INFO] Building jar: /somewhere.jar"
            touch batch-app/target/app/stf-batch.jar
            """);

    assertThat(ran.code()).isZero();
    assertThat(ran.said())
        .contains("building stf-batch", "  building stf-batch db 0.1.0 [2/4]")
        .contains("  50 files fetched", "  100 files fetched")
        .doesNotContain("somewhere.jar", "https://");
  }

  @Test
  void anInterruptedBuildIsNoWrongUsage() throws Exception {
    Ran ran = build("exit 130");

    assertThat(ran.code()).isEqualTo(130);
    assertThat(ran.said()).contains("the build was interrupted").doesNotContain("failed");
  }

  @Test
  void aFailedBuildShowsItsErrorsAndCanBeRunAgain() throws Exception {
    Ran ran = build("echo '[ERROR] no such artifact'; echo 'JAVA_HOME is wrong' >&2; exit 1");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.said())
        .contains("[ERROR] no such artifact", "JAVA_HOME is wrong", "the build failed");
  }

  @Test
  void mavenTellsWhatItFetches() {
    assertThat(Path.of("../.mvn/maven.config"))
        .as("could hold --no-transfer-progress")
        .doesNotExist();
  }

  private record Ran(int code, String said) {}

  private Ran build(String maven) throws IOException, InterruptedException {
    Path tools = Files.createDirectories(project.resolve("tools"));
    Path mvn = tools.resolve("mvn");
    Files.writeString(mvn, "#!/bin/bash\n" + maven);
    assertThat(mvn.toFile().setExecutable(true)).isTrue();
    Path said = project.resolve("said");
    ProcessBuilder script =
        new ProcessBuilder("bash", "-c", "set -euo pipefail; . scripts/lib.sh; build")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    script.environment().merge("PATH", tools + ":", (path, own) -> own + path);
    Process running = script.start();
    assertThat(running.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Ran(running.exitValue(), Files.readString(said));
  }
}
