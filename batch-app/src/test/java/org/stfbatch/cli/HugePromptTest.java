package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;

/** A prompt for which the tokenizer's native code would run out of memory. */
@Timeout(300)
class HugePromptTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int SHORT_PROMPTS = 20;

  @TempDir private Path folder;

  @Test
  void failsAloneInASmallProcessAndAllOthersAreAnswered() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < SHORT_PROMPTS; i++) {
      lines.add("{\"question_id\": %d, \"text\": \"What is %d?\"}".formatted(i, i));
    }
    lines.add(
        10,
        "{\"question_id\": \"huge\", \"text\": \"%s\"}".formatted("so long ".repeat(2_500_000)));
    Path questions = Files.write(folder.resolve("questions.jsonl"), lines);

    inSmallProcess("ingest", "--run", "huge", "--questions", questions);
    inSmallProcess(
        "infer",
        "--run",
        "huge",
        "--model",
        Tiny.checkpoint(),
        "--vision-tower",
        Tiny.tower(),
        "--max-new-tokens",
        "2");

    RunStatus status =
        new RunStatusStore(DATABASE.dataSource())
            .status(new RunStore(DATABASE.dataSource()).find("huge").orElseThrow());
    assertThat(status.answered()).isEqualTo(SHORT_PROMPTS);
    assertThat(status.failures()).isEqualTo(Map.of("PROMPT_TOO_LONG", 1L));
  }

  private void inSmallProcess(Object... command) throws Exception {
    List<String> small = List.of("-XX:TieredStopAtLevel=1", "-Xmx250m");
    try (ChildJvm child =
        ChildJvm.start(folder, DATABASE.settings(), small, path -> path, command)) {
      assertThat(child.exitCode()).as(child::err).isZero();
    }
  }
}
