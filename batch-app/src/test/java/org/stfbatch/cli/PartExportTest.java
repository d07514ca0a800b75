package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.Digests;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.AnsweredJobs;
import org.stfbatch.testing.ParquetTable;
import org.stfbatch.testing.TarShard;

/** Exports that write several files: WebDataset shards, Parquet files and side files. */
class PartExportTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> PICTURES =
      List.of("wide.png", "gray.png", "rgba.png", "tiny3x5.png", "exif6.jpg");

  @TempDir private Path folder;
  private Cli cli;
  private String run;

  @BeforeEach
  void newRun(TestInfo test) {
    cli = Cli.on(DATABASE.settings());
    run = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void shardsHoldEveryAnswerWithItsImage() throws Exception {
    Path images = images();
    ingest(questions(images, 10), images);
    answer(8);
    Path out = folder.resolve("out");

    assertThat(export("webdataset", out, "--with-images", "--shard-size", 3))
        .isEqualTo(
            out + ": 8 answers in 3 files (3 written, 0 kept); 0 jobs failed, 2 are waiting\n");

    assertThat(names(out))
        .containsExactly(
            "_part-00000.tar.json",
            "_part-00001.tar.json",
            "_part-00002.tar.json",
            "part-00000.tar",
            "part-00001.tar",
            "part-00002.tar");
    Map<String, byte[]> all = new TreeMap<>();
    for (int part = 0; part < 3; part++) {
      Map<String, byte[]> members = TarShard.members(out.resolve("part-0000" + part + ".tar"));
      assertThat(members).hasSize(part == 2 ? 6 : 9);
      all.putAll(members);
    }
    for (int i = 0; i < 8; i++) {
      String key = "%09d.".formatted(i);
      String picture = PICTURES.get(i % PICTURES.size());
      JsonNode columns = JSON.readTree(all.get(key + "json"));
      assertThat(columns.path("question_id").asInt()).isEqualTo(i);
      assertThat(new String(all.get(key + "txt"), StandardCharsets.UTF_8))
          .isEqualTo(columns.path("text").asText())
          .startsWith("answer to question-");
      assertThat(all.get(key + picture.substring(picture.indexOf('.') + 1)))
          .isEqualTo(Files.readAllBytes(Tiny.images().resolve(picture)));
    }
    // What is exported can be ingested again, with the answers as questions.
    assertThat(
            cli.ok(
                "ingest",
                "--run",
                run + " again",
                "--format",
                "webdataset",
                "--questions",
                out.resolve("part-0000{0..2}.tar")))
        .contains("8 read, 8 added");
    cli.run("export", "--run", run, "--format", "webdataset", "--out", out)
        .complainsInOneLine(2, "holds shards that are an input of run " + run + " again");
  }

  @Test
  void completeShardsAreKeptAndThoseThatWouldDifferAreWrittenAnew() throws Exception {
    ingest(questions(null, 10), folder);
    answer(9);
    Path out = folder.resolve("out");
    assertThat(export("parquet", out, "--shard-rows", 2)).contains("5 files (5 written, 0 kept)");
    Map<String, String> first = contents(out);
    assertThat(ParquetTable.rows(out.resolve("part-00004.parquet"))).hasSize(1);

    assertThat(export("parquet", out, "--shard-rows", 2)).contains("5 files (0 written, 5 kept)");
    Files.delete(out.resolve("part-00001.parquet"));
    Files.writeString(out.resolve("part-00002.parquet"), "cut");
    assertThat(export("parquet", out, "--shard-rows", 2)).contains("5 files (2 written, 3 kept)");
    assertThat(contents(out)).containsExactlyInAnyOrderEntriesOf(first);

    answer(1);
    assertThat(export("parquet", out, "--shard-rows", 2)).contains("5 files (1 written, 4 kept)");
    assertThat(ParquetTable.rows(out.resolve("part-00004.parquet"))).hasSize(2);
    change("question-");
    assertThat(export("parquet", out, "--shard-rows", 2)).contains("5 files (5 written, 0 kept)");

    assertThat(export("parquet", out, "--shard-rows", 6)).contains("2 files (2 written, 0 kept)");
    assertThat(names(out))
        .containsExactly(
            "_part-00000.parquet.json",
            "_part-00001.parquet.json",
            "part-00000.parquet",
            "part-00001.parquet");
    ingest(questions(null, 2), folder, run + " other");
    AnsweredJobs.store(DATABASE.dataSource(), run + " other", 2);
    cli.run(
            "export",
            "--run",
            run + " other",
            "--format",
            "parquet",
            "--shard-rows",
            2,
            "--out",
            out)
        .complainsInOneLine(2, "part-00000.parquet that is no part of an export of run", "other");
  }

  @Test
  void filesOfOthersAreNotOverwritten() throws Exception {
    ingest(questions(null, 2), folder);
    answer(2);
    Path out = Files.createDirectory(folder.resolve("out"));
    Path theirs = Files.writeString(out.resolve("part-00000.tar"), "theirs");

    cli.run("export", "--run", run, "--format", "webdataset", "--out", out)
        .complainsInOneLine(2, "part-00000.tar that is no part of an export of run " + run);
    assertThat(theirs).hasContent("theirs");
    cli.run("export", "--run", run, "--format", "webdataset", "--out", theirs)
        .complainsInOneLine(2, "part-00000.tar");
    cli.run("export", "--run", run, "--format", "webdataset").complainsInOneLine(2, "--out");
    cli.run("export", "--run", run, "--out", folder.resolve("a.csv"), "--shard-rows", 2)
        .complainsInOneLine(2, "--shard-rows is for --format parquet");
    cli.run("export", "--run", run, "--out", folder.resolve("a.csv"), "--existing", "append")
        .complainsInOneLine(2, "--existing is for --format sidecar");
    cli.run("export", "--run", run, "--format", "webdataset", "--out", "-")
        .complainsInOneLine(2, "standard output");
  }

  @Test
  void afterAKillARepeatedExportKeepsWhatIsComplete() throws Exception {
    int rows = 5000;
    ingest(questions(null, rows), folder);
    answer(rows);
    Path out = folder.resolve("out");
    Path whole = folder.resolve("whole");
    Object[] command = {
      "export", "--run", run, "--format", "webdataset", "--shard-size", 50, "--out", out
    };
    try (ChildJvm child = ChildJvm.start(folder, DATABASE.settings(), command)) {
      assertThat(child.runsUntil(() -> Files.exists(out.resolve("_part-00006.tar.json"))))
          .as(child::err)
          .isTrue();
      child.kill();
    }
    assertThat(out.resolve("part-00099.tar")).doesNotExist();

    String message = cli.ok(command);

    assertThat(message).contains("5000 answers in 100 files (");
    int kept = Integer.parseInt(message.replaceFirst("(?s).*written, (\\d+) kept.*", "$1"));
    assertThat(kept).isBetween(6, 99);
    export("webdataset", whole, "--shard-size", 50);
    assertThat(contents(out)).containsExactlyInAnyOrderEntriesOf(contents(whole));
  }

  @Test
  void captionsBecomeTextsBesideTheirImages() throws Exception {
    Path images = Files.createDirectories(folder.resolve("images/sub"));
    Files.copy(Tiny.images().resolve("wide.png"), images.resolve("a.png"));
    Files.copy(Tiny.images().resolve("exif6.jpg"), images.resolve("b.c.jpg"));
    Files.writeString(images.resolve("a.txt"), "mine");
    cli.ok("ingest", "--run", run, "--captions", folder.resolve("images"), "--prompt", "Say.");
    answer(2);

    assertThat(cli.ok("export", "--run", run, "--format", "sidecar"))
        .isEqualTo(
            "beside the images: 2 answers; 1 written, 0 unchanged, 1 kept that had another text (--existing decides); 0 jobs failed, 0 are waiting\n");
    assertThat(images.resolve("a.txt")).hasContent("mine");
    assertThat(Files.readString(images.resolve("b.c.txt"))).startsWith("answer to caption-");
    for (int i = 0; i < 2; i++) {
      cli.ok("export", "--run", run, "--format", "sidecar", "--existing", "append");
      assertThat(Files.readAllLines(images.resolve("a.txt"))).hasSize(2).startsWith("mine");
    }
    Path out = folder.resolve("texts");
    assertThat(cli.ok("export", "--run", run, "--format", "sidecar", "--out", out))
        .contains("2 answers; 2 written");
    assertThat(names(out.resolve("sub"))).containsExactly("a.txt", "b.c.txt");
  }

  @Test
  void answersWithoutAnImageFileAreCountedAndPathsOutOfTheFolderRefused() throws Exception {
    Path questions =
        new Questions()
            .ask(1, null, "What?")
            .ask(2, "https://example.org/a.png", "What?")
            .ask(3, "../a.png", "What?")
            .writeTo(folder.resolve("q.jsonl"));
    Path images = Files.createDirectory(folder.resolve("images"));
    ingest(questions, images);
    answer(3);

    assertThat(cli.ok("export", "--run", run, "--format", "sidecar"))
        .contains(
            "2 about no image file of a folder", "1 refused: the image ../a.png is not below");
    assertThat(folder.resolve("a.txt")).doesNotExist();
  }

  private Path images() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (String picture : PICTURES) {
      Files.copy(Tiny.images().resolve(picture), images.resolve(picture));
    }
    return images;
  }

  private Path questions(Path images, int count) throws IOException {
    Questions questions = new Questions();
    for (int i = 0; i < count; i++) {
      String image = images == null ? null : PICTURES.get(i % PICTURES.size());
      questions.ask(i, image, "What is " + i + "?");
    }
    return questions.writeTo(folder.resolve("questions-" + count + ".jsonl"));
  }

  private void ingest(Path questions, Path images) {
    ingest(questions, images, run);
  }

  private void ingest(Path questions, Path images, String name) {
    cli.ok("ingest", "--run", name, "--questions", questions, "--images", images);
  }

  private void answer(int most) {
    AnsweredJobs.store(DATABASE.dataSource(), run, most);
  }

  private void change(String beginning) {
    JdbcClient.create(DATABASE.dataSource())
        .sql("update answer set text = text || '.' where text like :text")
        .param("text", "answer to " + beginning + "%")
        .update();
  }

  private String export(String format, Path out, Object... more) {
    List<Object> command =
        new ArrayList<>(List.of("export", "--run", run, "--format", format, "--out", out));
    command.addAll(List.of(more));
    return cli.ok(command.toArray());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Returns a digest of each file. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (String name : names(folder)) {
      byte[] digest = Digests.sha256().digest(Files.readAllBytes(folder.resolve(name)));
      contents.put(name, HexFormat.of().formatHex(digest));
    }
    return contents;
  }
}
