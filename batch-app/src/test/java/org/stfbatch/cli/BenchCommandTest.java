package org.stfbatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The output of the measurements, not their results. */
final class BenchCommandTest {
  /** float32, because bfloat16 takes minutes on processors without support. */
  private static final String[] WORK =
      "--shape small --layers 1 --dtype float32 --images 2 --new-tokens 3 --repeat 1".split(" ");

  @TempDir private Path home;

  @Test
  void peakGivesRatesOfProductsAndMemory() throws IOException {
    JsonNode report =
        json("bench", "peak", "--shape", "small", "--dtype", "float32", "--repeat", "1");

    assertThat(report.at("/machine/libtorch").asText()).startsWith("2.");
    assertThat(report.at("/machine/cpu").asText()).isNotBlank();
    assertThat(report.at("/machine/memory_bytes").asLong()).isPositive();
    assertThat(report.at("/peak/products")).hasSize(15);
    assertThat(report.at("/peak/products"))
        .allSatisfy(product -> assertThat(product.path("gflops").asDouble()).isPositive());
    assertThat(report.at("/peak/gemm_gflops").asDouble())
        .isEqualTo(
            Stream.of(0, 1, 2)
                .mapToDouble(i -> report.at("/peak/rates/" + i + "/gflops").asDouble())
                .max()
                .orElseThrow());
    assertThat(report.at("/peak/memory/copy").asDouble()).isPositive();
    assertThat(report.at("/peak/memory/read").asDouble()).isPositive();
  }

  @Test
  void engineGivesEveryFieldAsTextAndAsJson() throws IOException {
    String text = cli().ok(command("bench", "engine"));
    assertThat(text)
        .contains(
            "device cpu, dtype float32, weights plain",
            "images/s",
            "questions/s",
            "prefill tokens/s",
            "decode tokens/s",
            "ms a step",
            "GFLOP/s achieved",
            "of the GEMM rate",
            "of the memory bandwidth",
            "encode seconds",
            "prefix seconds",
            "step seconds",
            "prefix hits",
            "batch reductions",
            "peak memory");

    JsonNode engine = json(command("bench", "engine", "--questions-per-image", "2")).path("engine");
    assertThat(engine.path("images").asInt()).isEqualTo(2);
    assertThat(engine.path("questions").asInt()).isEqualTo(4);
    assertThat(engine.path("prefix_hits").asInt()).isPositive();
    assertThat(engine.path("retreats")).isEqualTo(engine.path("batch_reductions"));
    assertThat(engine.at("/work/teraflops").asDouble()).isPositive();
    assertThat(engine.at("/work/gemm_share").asDouble()).isPositive();
    assertThat(engine.at("/decoding/steps").asInt()).isPositive();
    assertThat(engine.path("all_seconds")).hasSize(1);
    assertThat(engine.path("peak_memory_bytes").asLong()).isGreaterThan(50_000_000);
  }

  @Test
  void workersAreMeasuredBesideOne() throws IOException {
    JsonNode report =
        json(
            "bench",
            "workers",
            "--workers",
            "1,2",
            "--jobs",
            "300",
            "--chunk",
            "20",
            "--device-ms",
            "1");
    assertThat(report.path("workers")).hasSize(2);
    assertThat(report.at("/workers/0/efficiency").asDouble()).isEqualTo(1);
    assertThat(report.at("/workers/0/answered").asInt()).isEqualTo(300);
    // With 1 ms per job, 300 jobs take at least 0.3 s.
    assertThat(report.at("/workers/0/jobs_per_second").asDouble()).isBetween(1.0, 1100.0);
    assertThat(report.at("/workers/1/answered").asInt()).isEqualTo(600);
    assertThat(report.at("/workers/1/efficiency").asDouble()).isBetween(0.01, 1.2);
    assertThat(report.at("/workers/1/tail").asDouble()).isBetween(0.0, 1.0);
    assertThat(report.at("/workers/1/commits_per_second").asDouble()).isPositive();
    assertThat(cli().ok("bench", "workers", "--workers", "1", "--jobs", "100", "--device-ms", "0"))
        .contains("efficiency", "commits/s");
  }

  @Test
  void comparisonsGiveTheMeasuredAndTheImpliedRatio() throws IOException {
    JsonNode tokens = json(command("bench", "engine", "--compare", "tokens"));
    assertThat(tokens.path("sides"))
        .extracting(side -> side.path("vision_tokens").asInt())
        .containsExactly(144, 576);
    assertThat(tokens.at("/ratios/0/implied").asDouble()).isGreaterThan(1);

    JsonNode fusions =
        json(command("bench", "engine", "--compare", "fusion", "--fusion", "plain/tokenpacker:s4"));
    assertThat(fusions.path("sides"))
        .extracting(side -> side.path("vision_tokens").asInt())
        .containsExactly(36, 576);
    assertThat(fusions.at("/ratios/0/sides").asText()).contains("small tokenpacker:s4");
    assertThat(fusions.at("/ratios/0/implied").asDouble()).isGreaterThan(1);

    JsonNode reuse =
        json(command("bench", "engine", "--compare", "reuse", "--questions-per-image", "5"));
    assertThat(reuse.path("sides"))
        .extracting(side -> side.path("prefix_reuse").asBoolean())
        .containsExactly(true, false);
    assertThat(reuse.at("/ratios/0/implied").asDouble()).isGreaterThan(1);
    assertThat(reuse.at("/ratios/0/kept").asDouble())
        .isEqualTo(
            reuse.at("/ratios/0/measured").asDouble() / reuse.at("/ratios/0/implied").asDouble());

    JsonNode weights = json(command("bench", "engine", "--compare", "weights"));
    assertThat(weights.path("sides"))
        .extracting(side -> side.path("weights").asText())
        .containsExactly("int8", "plain");
    assertThat(weights.at("/ratios/0/implied").asDouble()).isEqualTo(1);

    JsonNode statics = json(command("bench", "engine", "--compare", "static"));
    assertThat(statics.path("sides"))
        .extracting(side -> side.path("submission").asText())
        .containsExactly("in_flight", "static", "padded");
    assertThat(statics.path("ratios")).hasSize(2);
  }

  @Test
  void decodeGivesARowForEachBatch() throws IOException {
    JsonNode report =
        json("bench", "decode", "--shape", "small", "--batch", "1,3", "--repeat", "1");

    assertSteps(report.at("/sides/0/steps"));
  }

  @Test
  void decodeComparesWeightsWherePrefixesAreShared() throws IOException {
    Object[] command = {
      "bench",
      "decode",
      "--shape",
      "small",
      "--batch",
      "1,3",
      "--repeat",
      "1",
      "--questions-per-image",
      "2",
      "--compare",
      "weights"
    };
    JsonNode report = json(command);

    assertThat(report.path("questions_per_image").asInt()).isEqualTo(2);
    assertThat(report.path("sides"))
        .extracting(side -> side.path("weights").asText())
        .containsExactly("int8", "plain");
    report.path("sides").forEach(side -> assertSteps(side.path("steps")));
    assertThat(report.at("/sides/1/steps"))
        .allSatisfy(step -> assertThat(step.path("speed_up").asDouble()).isEqualTo(1));
  }

  private static void assertSteps(JsonNode steps) {
    assertThat(steps).extracting(step -> step.path("batch").asInt()).containsExactly(1, 3);
    assertThat(steps)
        .allSatisfy(step -> assertThat(step.path("milliseconds").asDouble()).isPositive());
  }

  @Test
  void jobAnswersTheSameWorkThroughADatabaseThatIsGoneAfterwards() throws IOException {
    JsonNode report = json(command("bench", "job"));

    assertThat(report.at("/job/questions").asInt()).isEqualTo(2);
    assertThat(report.at("/job/engine_share").asDouble()).isPositive();
    assertThat(report.at("/engine/questions_per_second").asDouble()).isPositive();
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void runnerCountsEveryJobOnce() throws IOException {
    JsonNode runner = json("bench", "runner", "--jobs", "1234", "--chunk", "100").path("runner");

    assertThat(runner.path("answered").asInt()).isEqualTo(1234);
    assertThat(runner.path("failed").asInt()).isZero();
    assertThat(runner.path("jobs_per_second").asDouble()).isPositive();
    assertThat(runner.path("memory"))
        .extracting(reading -> reading.path("done").asInt())
        .containsExactly(200, 700, 1234);
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void compressedImagesAreMeasuredWithTheTokensTheyBecome() throws IOException {
    JsonNode report = json(command("bench", "engine", "--tokens", "576", "--compress", "prumerge"));

    assertThat(report.at("/engine/vision_tokens").asInt()).isBetween(2, 145);
  }

  @Test
  void bothSidesOfAComparisonOfReuseAreCompressed() throws IOException {
    JsonNode report =
        json(
            (Object[])
                "bench engine --compare reuse --compress fastv:layer=1 --shape small --layers 2 --dtype float32 --images 2 --repeat 1"
                    .split(" "));

    assertThat(report.path("sides"))
        .extracting(side -> side.path("compression").asText())
        .containsExactly("fastv:layer=1,keep=144", "fastv:layer=1,keep=144");
  }

  @Test
  void whatCannotBeMeasuredIsSaidInOneLine() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "");
    cli().run("bench", "engine", "--shape", file).complainsInOneLine(2, "7b", "small", "folder");
    cli().run("bench", "peak", "--dtype", "int64").complainsInOneLine(2, "--dtype", "BFLOAT16");
    cli().run("bench", "engine", "--tokens", "100").complainsInOneLine(2, "144", "576");
    cli()
        .run("bench", "engine", "--shape", Tiny.checkpoint(), "--layers", "2")
        .complainsInOneLine(2, "--layers");
    cli()
        .run("bench", "engine", "--compress", "scope")
        .complainsInOneLine(2, "scope needs LLaVA-1.5's projector");
    cli()
        .run("bench", "engine", "--tokens", "576", "--compress", "scope", "--compare", "tokens")
        .complainsInOneLine(2, "leave --compress out");
    cli().run("bench", "engine", "--fusion", "fast").complainsInOneLine(2, "fast", "tokenpacker");
    cli().run("bench", "engine", "--fusion", "plain/stf").complainsInOneLine(2, "--compare fusion");
    cli()
        .run("bench", "engine", "--fusion", "plain", "--compare", "fusion")
        .complainsInOneLine(2, "two variants");
    cli()
        .run("bench", "engine", "--fusion", "plain", "--compare", "tokens")
        .complainsInOneLine(2, "--compare fusion");
    cli()
        .run("bench", "engine", "--fusion", "plain", "--tokens", "144")
        .complainsInOneLine(2, "leave --tokens out");
    cli().run("bench", "runner", "--jobs", "0").complainsInOneLine(2, "10 jobs");
  }

  private Cli cli() {
    return Cli.with("--home", home.toString());
  }

  private static Object[] command(String... words) {
    return Stream.concat(Stream.of(words), Stream.of(WORK)).toArray();
  }

  private JsonNode json(Object... command) throws IOException {
    Object[] all = Stream.concat(Stream.of(command), Stream.of("--json")).toArray();
    return new ObjectMapper().readTree(cli().ok(all));
  }
}
