package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.ParquetTable;

/** Parquet as input and output format. */
class ParquetTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;

  @Test
  void imagesInATableAreAnsweredAsThoseInFiles() throws IOException {
    Cli cli = Cli.on(DATABASE.settings());
    List<String> names = List.of("wide.png", "gray.jpg");
    Path table =
        ParquetTable.withImages(
            folder.resolve("Questions.PARQUET"),
            List.of(
                Files.readAllBytes(Tiny.images().resolve(names.get(0))),
                Files.readAllBytes(Tiny.images().resolve(names.get(1)))),
            2);
    Questions lines = new Questions();
    names.forEach(name -> lines.ask(name, name, "What?"));
    Path questions = lines.writeTo(folder.resolve("questions.jsonl"));

    assertThat(cli.ok("ingest", "--run", "table", "--questions", table))
        .contains("2 read, 2 added");
    assertThat(cli.ok("ingest", "--run", "table", "--questions", table))
        .contains("2 read, 0 added");
    cli.ok("ingest", "--run", "files", "--questions", questions, "--images", Tiny.images());
    infer(cli, "table", "--limit", 1);
    infer(cli, "table");
    infer(cli, "files");

    List<Group> fromTable = exported(cli, "table");
    List<Group> fromFiles = exported(cli, "files");
    assertThat(fromTable).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(fromTable.get(i).getString("text", 0))
          .isEqualTo(fromFiles.get(i).getString("text", 0));
      assertThat(fromTable.get(i).getString("image", 0)).startsWith("sha256:");
    }
    assertThat(fromFiles.get(1).getString("question_id", 0)).isEqualTo("gray.jpg");
  }

  private static void infer(Cli cli, String run, Object... more) {
    List<Object> command =
        new ArrayList<>(
            List.of("infer", "--run", run, "--model", Tiny.checkpoint(), "--dtype", "float32"));
    command.addAll(List.of("--max-new-tokens", 8));
    command.addAll(List.of(more));
    cli.ok(command.toArray());
  }

  private List<Group> exported(Cli cli, String run) throws IOException {
    Path out = folder.resolve(run + "-answers.parquet");
    cli.ok("export", "--run", run, "--format", "parquet", "--out", out);
    return ParquetTable.rows(out);
  }
}
