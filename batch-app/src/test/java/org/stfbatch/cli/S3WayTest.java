package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.FaultyS3;
import org.stfbatch.testing.FaultyS3.Fault;
import org.stfbatch.testing.ParquetTable;
import org.stfbatch.testing.S3Server;

/** Question files, images and exports in a bucket. */
@Timeout(180)
class S3WayTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();
  @RegisterExtension static final S3Server SERVER = new S3Server();

  private static final List<String> IMAGES = List.of("wide.png", "gray.jpg");

  @TempDir private static Path folder;
  private static Path questions;

  @BeforeAll
  static void store() throws IOException {
    Questions lines = new Questions();
    for (String image : IMAGES) {
      SERVER.put("shop/" + image, Tiny.images().resolve(image));
      lines.ask(image, image, "What?");
    }
    questions = lines.writeTo(folder.resolve("questions.jsonl"));
    SERVER.put("shop/questions.jsonl", questions);
    SERVER.put("shop/questions.parquet", ParquetTable.questions(folder.resolve("q.parquet"), 7, 3));
  }

  private static Cli cli() {
    return Cli.on(DATABASE.settings());
  }

  private static Cli.Ran run(String command, Object... more) {
    return runAt(SERVER.endpoint(), command, more);
  }

  private static Cli.Ran runAt(URI endpoint, String command, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(more));
    all.addAll(List.of("--s3-endpoint", endpoint));
    return cli().run(all.toArray());
  }

  private static String ok(String command, Object... more) {
    Cli.Ran ran = run(command, more);
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out();
  }

  @Test
  void aBucketGivesTheAnswersOfAFolderAndTakesThem() throws IOException {
    assertThat(ok("ingest", "--run", "bucket", "--questions", "s3://pictures/shop/questions.jsonl"))
        .contains("2 read, 2 added");
    assertThat(ok("ingest", "--run", "bucket", "--questions", "s3://pictures/shop/questions.jsonl"))
        .contains("2 read, 0 added");
    cli().ok("ingest", "--run", "files", "--questions", questions, "--images", Tiny.images());
    List<Object> model =
        List.of("--model", Tiny.checkpoint(), "--dtype", "float32", "--max-new-tokens", 8);
    List<Object> remote = new ArrayList<>(List.of("--run", "bucket"));
    remote.addAll(model);
    ok("infer", remote.toArray());
    List<Object> local = new ArrayList<>(List.of("infer", "--run", "files"));
    local.addAll(model);
    cli().ok(local.toArray());

    assertThat(ok("export", "--run", "bucket", "--out", "s3://pictures/out/answers.jsonl"))
        .startsWith("s3://pictures/out/answers.jsonl: 2 answers");
    Path file = folder.resolve("answers.jsonl");
    cli().ok("export", "--run", "files", "--out", file);
    Path fetched = Files.write(folder.resolve("fetched.jsonl"), SERVER.get("out/answers.jsonl"));
    assertThat(Exported.values(fetched, "text")).isEqualTo(Exported.values(file, "text"));
    assertThat(Exported.values(fetched, "question_id")).isEqualTo(IMAGES);

    assertThat(ok("export", "--run", "bucket", "--out", "s3://pictures/out/answers.csv"))
        .contains("2 answers");
    assertThat(new String(SERVER.get("out/answers.csv"), StandardCharsets.UTF_8))
        .contains("wide.png");
    assertThat(SERVER.pendingUploads()).isZero();
  }

  @Test
  void tablesAndOtherPlacesOfImagesAreTaken() throws IOException {
    assertThat(
            ok(
                "ingest",
                "--run",
                "table",
                "--questions",
                "s3://pictures/shop/questions.parquet",
                "--images",
                "s3://pictures/elsewhere"))
        .contains("7 read, 7 added");
    assertThat(
            ok(
                "ingest",
                "--run",
                "mixed",
                "--questions",
                questions,
                "--images",
                "s3://pictures/shop"))
        .contains("2 added");
    assertThat(
            ok(
                "ingest",
                "--run",
                "dry",
                "--dry-run",
                "--questions",
                "s3://pictures/shop/questions.jsonl"))
        .startsWith("s3://pictures/shop/questions.jsonl: 2 lines, 0 unusable");
  }

  @Test
  void thePrefixIsListedAsAFolderIs() throws IOException {
    for (String key :
        List.of(
            "b/2.PNG",
            "a/1.jpg",
            "notes.txt",
            ".hidden.png",
            ".git/x.png",
            ".git/y.png",
            "data:z.gif")) {
      SERVER.put("captions/" + key, new byte[] {1});
    }
    SERVER.put("captions/b/", new byte[0]);
    SERVER.put("captionsnot/c.png", new byte[] {1});

    String first = ok("ingest", "--run", "captions", "--captions", "s3://pictures/captions");
    assertThat(first).contains("3 read, 3 added", "1 other file skipped: 1 .txt", "2 hidden");
    SERVER.put("captions/c/3.webp", new byte[] {1});
    assertThat(ok("ingest", "--run", "captions", "--captions", "s3://pictures/captions/"))
        .contains("4 read, 1 added");
  }

  @Test
  void faultsOfTheServerAreRidden() throws IOException {
    try (FaultyS3 faulty =
        FaultyS3.start(
            SERVER.endpoint(),
            (line, count) -> count == 1 ? Fault.SLOW_DOWN : count == 2 ? Fault.CUT : Fault.NONE)) {
      Cli.Ran ran =
          runAt(
              faulty.endpoint(),
              "ingest",
              "--run",
              "faulty",
              "--questions",
              "s3://pictures/shop/questions.jsonl");
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(ran.out()).contains("2 added");
      Cli.Ran exported =
          runAt(
              faulty.endpoint(),
              "export",
              "--run",
              "faulty",
              "--out",
              "s3://pictures/out/faulty.jsonl");
      assertThat(exported.code()).as(exported.err()).isZero();
      assertThat(SERVER.has("out/faulty.jsonl")).isTrue();
    }
  }

  @Test
  void whatCannotBeUsedIsNamedWithItsCure() throws IOException {
    SERVER.put("bad/text.jsonl", "{\"question_id\": 1}\n".getBytes(StandardCharsets.UTF_8));
    run("ingest", "--run", "bad", "--questions", "s3://pictures/none.jsonl")
        .complainsInOneLine(2, "s3://pictures/none.jsonl not found");
    run("ingest", "--run", "bad", "--questions", "s3://pictures/bad/text.jsonl")
        .complainsInOneLine(2, "s3://pictures/bad/text.jsonl");
    run("ingest", "--run", "bad", "--captions", "s3://no-such-bucket/")
        .complainsInOneLine(2, "s3://no-such-bucket/ not found");
    run("ingest", "--run", "bad", "--questions", questions, "--images", "http://h/x")
        .complainsInOneLine(2, "--images");
    try (FaultyS3 denying = FaultyS3.start(SERVER.endpoint(), (line, count) -> Fault.DENIED)) {
      runAt(denying.endpoint(), "ingest", "--run", "bad", "--captions", "s3://pictures/shop/")
          .complainsInOneLine(2, "AccessDenied", "allow it");
    }
  }

  @Test
  void anExportSparesInputsAndItself() throws IOException {
    ok("ingest", "--run", "spared", "--questions", "s3://pictures/shop/questions.jsonl");
    byte[] before = SERVER.get("shop/questions.jsonl");

    for (String input : List.of("questions.jsonl", "wide.png")) {
      run("export", "--run", "spared", "--out", "s3://pictures/shop/" + input)
          .complainsInOneLine(2, "shop/" + input + " is an input of run ");
    }
    run("export", "--run", "spared", "--out", "s3://pictures/x", "--failures", "s3://pictures/x")
        .complainsInOneLine(2, "name the same object");
    run("export", "--run", "spared", "--out", "s3://pictures/x/")
        .complainsInOneLine(2, "names no object");
    run("export", "--run", "spared", "--out", "http://127.0.0.1/x")
        .complainsInOneLine(2, "cannot be written");
    run("export", "--run", "spared", "--out", "s3://no-such-bucket/x")
        .complainsInOneLine(2, "not found");
    assertThat(SERVER.get("shop/questions.jsonl")).isEqualTo(before);
    assertThat(SERVER.has("x")).isFalse();
  }
}
