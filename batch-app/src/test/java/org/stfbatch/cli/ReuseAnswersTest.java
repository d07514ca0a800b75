package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.db.RunStatus;
import org.stfbatch.db.RunStatusStore;
import org.stfbatch.db.RunStore;
import org.stfbatch.db.testing.TestDatabase;

/** Nights on which most images are those of the night before. */
@Timeout(300)
class ReuseAnswersTest {
  private static final int PICTURES = 20;
  private static final int KEPT = 18;
  private static final int KILLED_JOBS = 200;

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @TempDir private Path folder;
  private final Cli cli = Cli.on(DATABASE.settings());

  @Test
  void aSecondNightComputesOnlyWhatIsNew() throws IOException {
    Path world = folder.resolve("world");
    cli.ok("demo-data", "--out", world, "--images", 2 * PICTURES, "--seed", 29);
    List<Path> drawn = files(world.resolve("images"));
    Path first = copies("first", drawn.subList(0, PICTURES));
    Path second = copies("second", drawn.subList(PICTURES - KEPT, PICTURES + 2));
    caption("night-1", first);
    caption("night-2", second, "--reuse-answers");

    assertThat(cli.ok("status", "--run", "night-2")).contains("20 answered", "reused: 18 answers");
    long computed = deviceTokens("night-1");
    assertThat(deviceTokens("night-2")).isPositive().isLessThanOrEqualTo(computed * 15 / 100);
    assertThat(sum("encoded_images", "night-2")).isEqualTo(2);
    Map<String, JsonNode> before = byImage(export("night-1", "jsonl"));
    Map<String, JsonNode> after = byImage(export("night-2", "jsonl"));
    for (int i = PICTURES - KEPT; i < PICTURES; i++) {
      String image = drawn.get(i).getFileName().toString();
      JsonNode old = before.get(image);
      JsonNode reused = after.get("second-" + image);
      assertThat(reused.get("text")).isEqualTo(old.get("text"));
      assertThat(reused.get("reused_from_run").asText()).isEqualTo("night-1");
      assertThat(reused.get("reused_from_custom_id")).isEqualTo(old.get("custom_id"));
    }
    assertMarkedInEveryExport();
    Path report = folder.resolve("report.csv");
    cli.ok("report", "--run", "night-2", "--out", report);
    assertThat(Files.readString(report))
        .contains("reused,Outcomes,Answers reused,,18", "fetch_share,Speed,");
  }

  private void assertMarkedInEveryExport() throws IOException {
    for (String format : List.of("jsonl", "csv", "llava", "openai")) {
      assertThat(Files.readAllLines(export("night-2", format)))
          .as(format)
          .filteredOn(line -> line.contains("night-1"))
          .hasSize(KEPT);
    }
    JsonNode answer =
        Exported.json(export("night-2", "openai")).stream()
            .filter(line -> line.at("/response/body").has("metadata"))
            .findFirst()
            .orElseThrow();
    assertThat(answer.at("/response/body/metadata/reused_from_run").asText()).isEqualTo("night-1");
  }

  @Test
  void anotherSettingOrModelReusesNothing() throws IOException {
    Path questions =
        new Questions()
            .ask(1, "wide.png", "What?")
            .ask(2, "gray.png", "Why?", "temperature", 1, "seed", 4)
            .writeTo(folder.resolve("q.jsonl"));
    answer("base", questions, Tiny.checkpoint());
    answer("again", questions, Tiny.checkpoint());
    assertThat(status("again").reused()).as("equal settings, a seed of the job").isEqualTo(2);

    answer("longer", questions, Tiny.checkpoint(), "--max-new-tokens", 4);
    answer("conversation", questions, Tiny.checkpoint(), "--conv-mode", "v0");
    answer("quantized", questions, Tiny.checkpoint(), "--weights", "int8");
    answer("compressed", questions, Tiny.checkpoint(), "--compress", "fastv:layer=1,ratio=0.5");
    answer("stopped", questions, Tiny.checkpoint(), "--stop", "no such text");
    answer("chosen", questions, Tiny.checkpoint(), "--choices", "yes,no");
    Path other = Files.createDirectory(folder.resolve("other"));
    for (Path file : files(Tiny.checkpoint())) {
      Files.copy(file, other.resolve(file.getFileName()));
    }
    Path settings = other.resolve("special_tokens_map.json");
    Files.writeString(settings, Files.readString(settings) + "\n");
    answer("model", questions, other, "--vision-tower", Tiny.tower());
    for (String run :
        List.of(
            "longer", "conversation", "quantized", "compressed", "stopped", "chosen", "model")) {
      assertThat(status(run).answered()).as(run).isEqualTo(2);
      assertThat(status(run).reused()).as(run).isZero();
    }
    cli.run("infer", "--run", "base", "--reuse-from", "nobody")
        .complainsInOneLine(2, "there is no run \"nobody\"");
  }

  private void answer(String run, Path questions, Path model, Object... more) {
    cli.ok("ingest", "--run", run, "--questions", questions, "--images", Tiny.images());
    Object[] command = {"infer", "--run", run, "--model", model, "--reuse-from", "base"};
    List<Object> all = new ArrayList<>(Arrays.asList(command));
    all.addAll(List.of("--dtype", "float32"));
    all.addAll(Arrays.asList(more));
    if (!all.contains("--max-new-tokens")) {
      all.addAll(List.of("--max-new-tokens", 3));
    }
    cli.ok(all.toArray());
  }

  @Test
  void killedInTheMiddleNothingIsLostAndNothingIsAnsweredTwice() throws Exception {
    Questions half = new Questions();
    Questions all = new Questions();
    for (int i = 0; i < KILLED_JOBS; i++) {
      String image = i % 4 < 2 ? "wide.png" : "gray.png";
      if (i % 2 == 0) {
        half.ask(i, image, "What is number " + i + "?");
      }
      all.ask(i, image, "What is number " + i + "?");
    }
    ingest("half", half.writeTo(folder.resolve("half.jsonl")));
    ingest("killed", all.writeTo(folder.resolve("all.jsonl")));
    ingest("whole", folder.resolve("all.jsonl"));
    cli.ok(infer("half"));
    cli.ok(infer("whole"));
    try (ChildJvm child =
        ChildJvm.start(folder, DATABASE.settings(), infer("killed", "--reuse-from", "half"))) {
      assertThat(child.runsUntil(() -> status("killed").answered() >= 20)).as(child::err).isTrue();
      child.kill();
    }
    assertThat(status("killed").waiting()).isPositive();
    cli.ok(infer("killed", "--reuse-from", "half", "--share"));

    assertThat(status("killed").answered()).isEqualTo(KILLED_JOBS);
    assertThat(status("killed").reused()).isEqualTo(KILLED_JOBS / 2);
    assertThat(sum("reused", "killed")).isEqualTo(KILLED_JOBS / 2);
    assertThat(sum("jobs", "killed")).isEqualTo(KILLED_JOBS / 2);
    assertThat(Exported.values(export("killed", "jsonl"), "text"))
        .isEqualTo(Exported.values(export("whole", "jsonl"), "text"));
  }

  private void ingest(String run, Path questions) {
    cli.ok("ingest", "--run", run, "--questions", questions, "--images", Tiny.images());
  }

  private static Object[] infer(String run, Object... more) {
    Object[] command = {
      "infer",
      "--run",
      run,
      "--model",
      Tiny.checkpoint(),
      "--dtype",
      "float32",
      "--max-new-tokens",
      20,
      "--chunk",
      4,
      "--batch",
      4
    };
    return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray();
  }

  private void caption(String run, Path images, Object... more) {
    cli.ok("ingest", "--run", run, "--captions", images);
    Object[] command = {"infer", "--run", run, "--dtype", "float32", "--max-new-tokens", 12};
    cli.ok(Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray());
  }

  /** Copies pictures to a folder; those of the second night get other names. */
  private Path copies(String night, List<Path> pictures) throws IOException {
    Path copies = Files.createDirectory(folder.resolve(night));
    for (Path picture : pictures) {
      String name = picture.getFileName().toString();
      Files.copy(picture, copies.resolve(night.equals("first") ? name : night + "-" + name));
    }
    return copies;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Path export(String run, String format) {
    Path file = folder.resolve(run + "." + format);
    cli.ok("export", "--run", run, "--out", file, "--format", format);
    return file;
  }

  private static Map<String, JsonNode> byImage(Path export) throws IOException {
    return Exported.json(export).stream()
        .collect(Collectors.toMap(node -> node.get("image").asText(), node -> node));
  }

  private static long deviceTokens(String run) {
    return sum("prefill_tokens + step_tokens", run);
  }

  private static long sum(String columns, String run) {
    return JdbcClient.create(DATABASE.dataSource())
        .sql("select sum(%s) from chunk_metric where run_id = :run".formatted(columns))
        .param("run", new RunStore(DATABASE.dataSource()).find(run).orElseThrow().runId())
        .query(Long.class)
        .single();
  }

  private static RunStatus status(String run) {
    return new RunStatusStore(DATABASE.dataSource())
        .status(new RunStore(DATABASE.dataSource()).find(run).orElseThrow());
  }
}
