package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;

/** A run with only failures ends with an error, and its failures can be retried. */
@Timeout(120)
class RetryCommandTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;
  private final Cli cli = Cli.on(DATABASE.settings());

  @Test
  void failuresAreTakenBackAndAnswered() throws IOException {
    Tiny.Recorded recorded =
        Tiny.answers().stream().filter(one -> one.image() != null).findFirst().orElseThrow();
    Files.writeString(folder.resolve("other.txt"), "so that the folder is no mount that is away");
    Path questions =
        new Questions()
            .ask(1, recorded.image(), recorded.question())
            .line("no question")
            .writeTo(folder.resolve("q.jsonl"));
    cli.ok("ingest", "--run", "back", "--questions", questions, "--images", folder);

    Cli.Ran first = infer();
    assertThat(first.code()).isEqualTo(1);
    assertThat(first.out()).contains("0 answered, 2 failed, 0 waiting; everything failed", "retry");
    Cli.Ran second = infer();
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.out()).contains("nothing is waiting; everything failed");

    cli.run("retry", "--run", "nobody").complainsInOneLine(2, "there is no run \"nobody\"");
    cli.run("retry", "--run", "back", "--code", "IMAGE_FETCH,IMAGE_FECTH")
        .complainsInOneLine(2, "there is no code IMAGE_FECTH", "ENGINE_ERROR");
    Run run = new RunStore(DATABASE.dataSource()).find("back").orElseThrow();
    try (RunLock lock =
        RunLock.tryAcquire(DATABASE.database(), run.runId(), "somebody else").orElseThrow()) {
      cli.run("retry", "--run", "back").complainsInOneLine(1, "somebody else");
    }
    assertThat(cli.ok("retry", "--run", "back", "--code", "IMAGE_FETCH"))
        .isEqualTo("run back: 0 failures are waiting jobs again\n");
    assertThat(cli.ok("retry", "--run", "back"))
        .isEqualTo(
            """
            run back: 1 failure is a waiting job again (IMAGE_NOT_FOUND 1)
            1 failure stays: their lines or messages could not be read as jobs; correct and ingest them
            """);
    assertThat(cli.ok("status", "--run", "back")).contains("0 answered, 1 failed, 1 waiting");

    Files.copy(Tiny.images().resolve(recorded.image()), folder.resolve(recorded.image()));
    Cli.Ran third = infer();
    assertThat(third.code()).as(third.err()).isZero();
    assertThat(third.out()).contains("1 answered, 1 failed, 0 waiting");
    Path answers = folder.resolve("answers.jsonl");
    cli.ok("export", "--run", "back", "--out", answers);
    assertThat(Files.readAllLines(answers)).hasSize(1);
  }

  private Cli.Ran infer() {
    return cli.run(
        "infer",
        "--run",
        "back",
        "--model",
        Tiny.checkpoint(),
        "--dtype",
        "float32",
        "--max-new-tokens",
        3);
  }
}
