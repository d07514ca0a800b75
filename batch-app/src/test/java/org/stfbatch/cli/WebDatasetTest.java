package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;
import org.stfbatch.testing.AnsweredJobs;
import org.stfbatch.testing.TarShard;

/** WebDataset shards from ingest to answers. */
class WebDatasetTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  /** {@code scripts/soak-shards} sets a larger number. */
  private static final int MEMBERS = 8000;

  private static final List<String> PICTURES =
      List.of("wide.png", "gray.png", "rgba.png", "tiny3x5.png", "exif6.jpg");

  @TempDir private Path folder;
  private JdbcClient jdbc;
  private Cli cli;
  private String run;

  @BeforeEach
  void newRun(TestInfo test) {
    jdbc = JdbcClient.create(DATABASE.dataSource());
    cli = Cli.on(DATABASE.settings());
    run = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void imagesInShardsGetTheAnswersOfTheSameFiles() throws IOException {
    Questions questions = new Questions();
    for (int s = 0; s < 2; s++) {
      try (TarShard shard = TarShard.begin(folder.resolve("part-00%d.tar".formatted(s)))) {
        for (int i = 0; i < PICTURES.size(); i++) {
          String picture = PICTURES.get(i);
          String key = "%d/%03d".formatted(s, i);
          String text = "What is on picture " + i + "?";
          String extension = picture.substring(picture.indexOf('.'));
          shard.add(key + extension, Files.readAllBytes(Tiny.images().resolve(picture)));
          shard.add(key + ".txt", text + "\n");
          questions.ask(key, picture, text);
        }
      }
    }
    cli.ok(
        "ingest",
        "--run",
        run + " files",
        "--questions",
        questions.writeTo(folder.resolve("q.jsonl")),
        "--images",
        Tiny.images());

    assertThat(ingest("part-{000..001}.tar"))
        .isEqualTo("run %s: 10 read, 10 added\n".formatted(run));
    assertThat(ingest("part-{000..001}.tar"))
        .isEqualTo("run %s: 10 read, 0 added, 10 known already\n".formatted(run));
    infer(run);
    infer(run + " files");

    assertThat(answers(run)).hasSize(10).isEqualTo(answers(run + " files"));
    Path csv = folder.resolve("answers.jsonl");
    cli.ok("export", "--run", run, "--format", "jsonl", "--out", csv);
    assertThat(Exported.values(csv, "image"))
        .startsWith("part-000.tar/0/000.png")
        .endsWith("part-001.tar/1/004.jpg");
  }

  @Test
  void questionsComeFromMembersOrFromThePrompt() throws IOException {
    try (TarShard shard = TarShard.begin(folder.resolve("a.tar"))) {
      shard
          .add("b.jpg", new byte[9])
          .add(
              "b.json",
              "{\"text\": \"Not this\", \"question_id\": 7, \"category\": \"c\", \"max_new_tokens\": 5}")
          .add("b.txt", "From the text?\n")
          .add(
              "list.json",
              "[{\"text\": \"One?\", \"choices\": [\"yes\", \"no\"]}, {\"text\": \"Two?\", \"filename\": \"x.jpg\"}]")
          .add("list.jpg", new byte[9])
          .add("c.jpg", new byte[9])
          .add("c.json", "{\"text\": \"From json?\", \"caption\": \"A field\"}");
    }

    assertThat(ingest("a.tar")).isEqualTo("run %s: 4 read, 4 added\n".formatted(run));
    cli.ok(
        "ingest",
        "--run",
        run,
        "--format",
        "webdataset",
        "--questions",
        folder.resolve("a.tar"),
        "--prompt",
        "Describe it.");

    assertThat(jobs(run))
        .extracting(
            job -> job.get("question_id"),
            job -> job.get("prompt"),
            job -> job.get("image_ref"),
            job -> job.get("max_new_tokens"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("7", "From the text?", "a.tar/b.jpg", 5),
            org.assertj.core.groups.Tuple.tuple("\"list-1\"", "One?", "a.tar/list.jpg", null),
            org.assertj.core.groups.Tuple.tuple("\"list-2\"", "Two?", "a.tar/list.jpg", null),
            org.assertj.core.groups.Tuple.tuple("\"c\"", "From json?", "a.tar/c.jpg", null),
            org.assertj.core.groups.Tuple.tuple("\"b\"", "Describe it.", "a.tar/b.jpg", null),
            org.assertj.core.groups.Tuple.tuple("\"list\"", "Describe it.", "a.tar/list.jpg", null),
            org.assertj.core.groups.Tuple.tuple("\"c\"", "Describe it.", "a.tar/c.jpg", null));
    List<Map<String, Object>> inWorkingOrder =
        jdbc.sql(
                """
                select job.image_key, job.shard_offset from waiting_job
                join image_job job using (job_id) join run on run.run_id = job.run_id
                where name = :run order by waiting_job.image_key, job_id
                """)
            .param("run", run)
            .query()
            .listOfRows();
    assertThat(inWorkingOrder).extracting(row -> (Long) row.get("shard_offset")).isSorted();
    assertThat(inWorkingOrder).extracting(row -> row.get("image_key")).doesNotContain("");
    assertThat(inWorkingOrder.stream().map(row -> row.get("image_key")).distinct()).hasSize(3);

    cli.ok(
        "ingest",
        "--run",
        run + " field",
        "--format",
        "webdataset",
        "--questions",
        folder.resolve("a.tar"),
        "--prompt-field",
        "caption");
    assertThat(jobs(run + " field"))
        .extracting(job -> job.get("prompt"))
        .containsExactlyInAnyOrder("", "", "A field");
  }

  @Test
  void whatCannotBeUsedBecomesAFailureThatNamesShardAndMember() throws IOException {
    try (TarShard shard = TarShard.begin(folder.resolve("a.tar"))) {
      shard
          .add("fine.jpg", new byte[9])
          .add("fine.txt", "What?")
          .add("mute.jpg", new byte[9])
          .add("blind.txt", "What?")
          .add("broken.jpg", new byte[9])
          .add("broken.json", "{\"text\": ")
          .add("setting.jpg", new byte[9])
          .add("setting.json", "{\"text\": \"What?\", \"temprature\": 1}")
          .add("split.jpg", new byte[9])
          .add("between.jpg", new byte[9])
          .add("between.txt", "What?")
          .add("split.txt", "What?");
    }
    byte[] whole = Files.readAllBytes(folder.resolve("a.tar"));
    Files.write(folder.resolve("b.tar"), Arrays.copyOf(whole, 5 * 512));

    assertThat(ingest("{a,b}.tar"))
        .isEqualTo(
            "run %s: 10 read, 10 added, 7 unusable (status and export --failures tell why)\n"
                .formatted(run));
    assertThat(ingest("{a,b}.tar"))
        .isEqualTo(
            "run %s: 10 read, 0 added, 7 unusable (status and export --failures tell why), 10 known already\n"
                .formatted(run));

    Path failures = folder.resolve("failures.jsonl");
    cli.ok("export", "--run", run, "--out", "/dev/null", "--failures", failures);
    assertThat(Exported.values(failures, "message"))
        .satisfiesExactly(
            message -> assertThat(message).startsWith("a.tar/mute has an image and no question"),
            message -> assertThat(message).startsWith("a.tar/blind has no image"),
            message -> assertThat(message).startsWith("a.tar/broken.json is not JSON"),
            message ->
                assertThat(message).startsWith("a.tar/setting.json is no question: its temprature"),
            message -> assertThat(message).startsWith("a.tar/split has an image and no question"),
            message -> assertThat(message).startsWith("a.tar/split has no image"),
            message ->
                assertThat(message)
                    .startsWith("the shard b.tar is cut at or after its member mute.jpg"));
    assertThat(Exported.values(failures, "code"))
        .containsOnly("SHARD_SAMPLE", "QUESTION_LINE", "SHARD_DAMAGED");
  }

  @Test
  void aShardThatCannotBeReadAgainIsRefusedBeforeAnythingIsStored() throws IOException {
    Path tar = folder.resolve("a.tar");
    try (TarShard shard = TarShard.begin(tar)) {
      shard.add("a.jpg", new byte[9]).add("a.txt", "What?");
    }
    try (GZIPOutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("b.tar")))) {
      Files.copy(tar, out);
    }
    Files.writeString(folder.resolve("c.tar"), "no tar ".repeat(200));

    refuses("{a,b}.tar", "b.tar is compressed with gzip", "gunzip");
    refuses("{a,x}.tar", "x.tar cannot be read: check --questions");
    refuses("c.tar", "no sample that can be used", "c.tar is damaged at its beginning");
    refuses("{1..9999999}.tar", "more than 1000000 files");
    cli.run("ingest", "--run", run, "--questions", tar, "--prompt-field", "x")
        .complainsInOneLine(2, "--prompt-field is for --format webdataset");
    cli.run("status", "--run", run).complainsInOneLine(2, "no run");
  }

  private void refuses(String pattern, String... parts) {
    cli.run(
            "ingest",
            "--run",
            run,
            "--format",
            "webdataset",
            "--questions",
            folder.resolve(pattern))
        .complainsInOneLine(2, parts);
  }

  @Test
  void aShardThatWasWrittenAnewGivesNoAnswerAboutAnotherImage() throws IOException {
    Path tar = folder.resolve("a.tar");
    shard(tar, "wide.png", "gray.png");
    ingest("a.tar");
    shard(tar, "gray.png", "wide.png");

    assertThat(infer(run).code()).isEqualTo(1);
    assertThat(status(run).failed()).isEqualTo(2);
    assertThat(
            jdbc.sql("select message from failure where run_id = :run")
                .param("run", id(run))
                .query(String.class)
                .list())
        .allSatisfy(
            message ->
                assertThat(message).contains("ingest the shard again with --on-change replace"));

    assertThat(
            cli.ok(
                "ingest",
                "--run",
                run,
                "--format",
                "webdataset",
                "--questions",
                tar,
                "--on-change",
                "replace"))
        .contains("2 changed and asked anew");
    assertThat(infer(run).code()).isZero();
    assertThat(status(run).answered()).isEqualTo(2);
  }

  private static void shard(Path file, String... pictures) throws IOException {
    try (TarShard shard = TarShard.begin(file)) {
      for (String picture : pictures) {
        String key = picture.substring(0, picture.indexOf('.'));
        shard.add(picture, Files.readAllBytes(Tiny.images().resolve(picture)));
        shard.add(key + ".txt", "What is this?");
      }
    }
  }

  @Test
  void afterAKillARepeatedIngestAddsTheRest() throws Exception {
    int members = Integer.getInteger("stfbatch.shards.members", MEMBERS);
    int shards = 20;
    for (int s = 0; s < shards; s++) {
      try (TarShard shard = TarShard.begin(folder.resolve("part-%02d.tar".formatted(s)))) {
        for (int i = 0; i < members / shards; i++) {
          String key = "%06d".formatted(s * (members / shards) + i);
          shard.add(key + ".jpg", key.repeat(300)).add(key + ".txt", "What is " + key + "?");
        }
      }
    }
    Object[] ingest = {
      "ingest",
      "--run",
      run,
      "--format",
      "webdataset",
      "--questions",
      folder.resolve("part-{00..19}.tar")
    };
    try (ChildJvm child = ChildJvm.start(folder, DATABASE.settings(), ingest)) {
      assertThat(child.runsUntil(() -> jobs() >= members / 4)).as(child::err).isTrue();
      child.kill();
    }
    long before = jobs();
    assertThat(before).isLessThan(members);

    assertThat(cli.ok(ingest))
        .isEqualTo(
            "run %s: %d read, %d added, %d known already\n"
                .formatted(run, members, members - before, before));
    if (members > MEMBERS) {
      ingest[2] = run + " anew";
      System.out.printf(
          "%d members of %d shards: ingest %.1f s with the program's start%n",
          2 * members, shards, inLittleMemory(ingest));
    }
    assertThat(
            jdbc.sql(
                    "select count(*) from (select distinct prompt, image_ref from image_job where run_id = :run) d")
                .param("run", id(run))
                .query(Long.class)
                .single())
        .isEqualTo(members);
  }

  /** The file has a hole of three gigabytes, which is skipped and takes no room. */
  @Test
  void imagesBehindThreeGigabytesAreReadByTheirRangesInLittleMemory() throws Exception {
    Path tar = folder.resolve("big.tar");
    Path end = folder.resolve("end.tar");
    byte[] picture = Files.readAllBytes(Tiny.images().resolve("wide.png"));
    try (TarShard shard = TarShard.begin(end)) {
      shard.add("a.png", picture).add("a.txt", "What is this?");
    }
    try (FileChannel file =
        FileChannel.open(tar, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(TarShard.header("filler.bin", 3L << 30)));
      file.write(ByteBuffer.wrap(Files.readAllBytes(end)), 512 + (3L << 30));
    }
    inLittleMemory("ingest", "--run", run, "--format", "webdataset", "--questions", tar);
    assertThat(jobs(run)).extracting(job -> job.get("image_ref")).contains("big.tar/a.png");
    AnsweredJobs.store(DATABASE.dataSource(), run, 1);
    inLittleMemory(
        "export",
        "--run",
        run,
        "--format",
        "webdataset",
        "--with-images",
        "--out",
        folder.resolve("out"));

    assertThat(TarShard.members(folder.resolve("out/part-00000.tar")).get("000000000.png"))
        .isEqualTo(picture);
  }

  /** Returns the seconds that a command took, with the start of its process. */
  private double inLittleMemory(Object... command) throws InterruptedException {
    try (ChildJvm child =
        ChildJvm.start(folder, DATABASE.settings(), List.of("-Xmx256m"), path -> path, command)) {
      assertThat(child.exitCode()).as(child::err).isZero();
      return child.secondsSinceStart();
    }
  }

  private long jobs() {
    return new RunStore(DATABASE.dataSource())
        .find(run)
        .map(found -> new RunStatusStore(DATABASE.dataSource()).status(found).jobs())
        .orElse(0L);
  }

  private String ingest(String pattern) {
    return cli.ok(
        "ingest", "--run", run, "--format", "webdataset", "--questions", folder.resolve(pattern));
  }

  private Cli.Ran infer(String name) {
    return cli.run(
        "infer",
        "--run",
        name,
        "--model",
        Tiny.checkpoint(),
        "--dtype",
        "float32",
        "--max-new-tokens",
        8);
  }

  private RunStatus status(String name) {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(name).orElseThrow());
  }

  private long id(String name) {
    return new RunStore(DATABASE.dataSource()).find(name).orElseThrow().runId();
  }

  private List<Map<String, Object>> jobs(String name) {
    return jdbc.sql("select * from image_job where run_id = :run order by job_id")
        .param("run", id(name))
        .query()
        .listOfRows();
  }

  private List<String> answers(String name) {
    return new ArrayList<>(
        jdbc.sql(
                """
                select question_id || ' ' || text from answer join image_job using (job_id)
                where answer.run_id = :run order by question_id
                """)
            .param("run", id(name))
            .query(String.class)
            .list());
  }
}
