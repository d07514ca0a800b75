package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** A process without enough memory for the requested cache. */
final class MemoryLimitTest {
  private static final int JOBS = 12;
  private static final int FAR_TOO_MANY = 16_384;
  private static final long CACHE_BYTES = 8L << 30;
  private static final long LEFT_BYTES = 400L << 20;

  @Test
  void theBatchIsReducedUntilItsCacheFits(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("out");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-cp",
                System.getProperty("java.class.path"),
                Limited.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(child.waitFor(3, TimeUnit.MINUTES)).as("ends").isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(Files.readString(out))
        .contains("batch is now ")
        .contains("not enough memory on the device")
        .contains(JOBS + " answered");
  }

  /** Main class of the child process: limits its memory after the model is loaded. */
  static final class Limited {
    private Limited() {}

    public static void main(String[] arguments) throws Exception {
      LlavaCheckpoint checkpoint =
          LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
      EngineSettings settings =
          new EngineSettings(FAR_TOO_MANY, false, true, OptionalLong.of(CACHE_BYTES));
      try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
          Engine engine =
              BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, settings)) {
        limit();
        List<CompletableFuture<Outcome>> outcomes =
            IntStream.range(0, JOBS)
                .mapToObj(
                    i ->
                        engine.submit(
                            new EngineJob(
                                tokenizer.encode("Is it " + i + "?"),
                                List.of(),
                                Generation.greedy(4))))
                .toList();
        long answered =
            outcomes.stream().map(CompletableFuture::join).filter(Answer.class::isInstance).count();
        System.out.println(answered + " answered");
      }
    }

    private static void limit() throws Exception {
      String size =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("VmSize:"))
              .findFirst()
              .orElseThrow();
      long bytes = 1024 * Long.parseLong(size.replaceAll("\\D", ""));
      Process prlimit =
          new ProcessBuilder(
                  "prlimit",
                  "--pid=" + ProcessHandle.current().pid(),
                  "--as=" + (bytes + LEFT_BYTES))
              .inheritIO()
              .start();
      if (prlimit.waitFor() != 0) {
        throw new IllegalStateException("prlimit failed");
      }
    }
  }
}
