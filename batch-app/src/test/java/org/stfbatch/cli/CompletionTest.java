package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.cli.service.Shutdown;

/** What bash offers behind the words of a command line. */
class CompletionTest {
  /** As readline calls it: the words are the arguments, the last of them is completed. */
  private static final String COMPLETE =
      """
      . "$0"
      COMP_WORDS=(stf-batch "$@")
      COMP_CWORD=$#
      compopt() { :; }
      function=$(complete -p stf-batch | sed -E 's/.* -F ([^ ]+).*/\\1/')
      "$function" stf-batch "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir private static Path folder;
  private static Path script;

  @BeforeAll
  static void write() {
    script = folder.resolve("stf-batch.bash");
    Cli.with().ok("completion", "--out", script);
  }

  @Test
  void commandsAreOffered() throws Exception {
    assertThat(offered("")).contains("ingest", "kafka", "completion");
    assertThat(offered("inf")).containsExactly("infer");
    assertThat(offered("model", "f")).containsExactly("fetch");
    assertThat(offered("kafka", "ta")).containsExactly("tail");
  }

  @Test
  void everyCommandIsOffered() throws Exception {
    assertThat(offered("")).containsAll(Main.commandLine(new Shutdown()).getSubcommands().keySet());
  }

  @Test
  void optionsAndTheirValuesAreOffered() throws Exception {
    assertThat(offered("infer", "--max-new")).containsExactly("--max-new-tokens");
    assertThat(offered("infer", "--run", "nightly", "--sha")).containsExactly("--share");
    assertThat(offered("export", "--format", "")).contains("csv", "parquet");
    assertThat(offered("export", "--format", "csv", "--log", "")).contains("json", "quiet");
    assertThat(offered("status", "--db-u")).containsExactlyInAnyOrder("--db-url", "--db-user");
  }

  @Test
  void filesAreOfferedWhereOneIsWanted() throws Exception {
    Files.writeString(folder.resolve("questions.jsonl"), "");

    assertThat(offered("ingest", "--questions", folder + "/quest"))
        .containsExactly(folder + "/questions.jsonl");
    assertThat(offered("export", "--out", folder + "/quest"))
        .containsExactly(folder + "/questions.jsonl");
  }

  @Test
  void withoutAFileTheScriptIsPrinted() throws IOException {
    assertThat(Cli.with().ok("completion")).isEqualTo(Files.readString(script));
  }

  private static List<String> offered(String... words) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("bash", "--norc", "-c", COMPLETE, script.toString()));
    command.addAll(List.of(words));
    Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output.lines().filter(line -> !line.isBlank()).toList();
  }
}
