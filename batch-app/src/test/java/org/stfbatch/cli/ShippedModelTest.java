package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.cli.option.ModelOptions;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.demo.Score;
import org.stfbatch.demo.Scorecard;

/** Accuracy of the bundled model on pictures outside of its training data. */
class ShippedModelTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final long MAX_BYTES = 20_000_000;

  @TempDir private Path folder;

  @Test
  void itAnswersWhatItSeesAndCannotGuess() throws IOException {
    Score seen = ask("seen");
    Score guessed = ask("black", "--black");

    assertThat(seen.questions()).isGreaterThan(200).isEqualTo(guessed.questions());
    assertThat(seen.accuracy()).isGreaterThan(0.92);
    assertThat(guessed.accuracy()).isLessThan(guessed.chance() + 0.1);
  }

  private Score ask(String run, String... how) throws IOException {
    Cli cli = Cli.on(DATABASE.settings());
    Path world = folder.resolve(run);
    Path answers = world.resolve("answers.jsonl");
    cli.ok(
        Stream.concat(
                Stream.of("demo-data", "--out", world, "--images", 60, "--seed", 29, "--detail"),
                Stream.of(how))
            .toArray());
    cli.ok(
        "ingest",
        "--run",
        run,
        "--questions",
        world.resolve("questions.jsonl"),
        "--images",
        world.resolve("images"));
    cli.ok("infer", "--run", run, "--max-new-tokens", 160);
    cli.ok("export", "--run", run, "--out", answers);
    return Scorecard.of(world.resolve("labels.jsonl"), answers).total();
  }

  @Test
  void itIsSmall() throws IOException {
    Path model = Path.of(System.getProperty(ModelOptions.SHIPPED));
    Path training = model.resolve("training");
    List<Path> notDistributed =
        List.of(training.resolve("language-model"), training.resolve("methods"));
    try (Stream<Path> files = Files.walk(model)) {
      long bytes =
          files
              .filter(file -> Files.isRegularFile(file))
              .filter(file -> notDistributed.stream().noneMatch(file::startsWith))
              .mapToLong(file -> file.toFile().length())
              .sum();
      assertThat(bytes).isLessThan(MAX_BYTES);
    }
  }
}
