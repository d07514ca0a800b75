package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.image.NoiseImage;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.TensorSlice;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** A checkpoint with a NaN or infinite token embedding: only jobs with that token fail. */
final class NumericFailureTest {
  private static final String WORD = "@";

  @TempDir private Path folder;
  private LlavaCheckpoint healthy;
  private LlamaTokenizer tokenizer;

  @BeforeEach
  void open() {
    healthy = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(healthy.directory());
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  /**
   * With prefixes that are read in place, other sequences may be reading the failed job's prefix;
   * they continue.
   */
  @ParameterizedTest
  @CsvSource({"NaN, false", "Infinity, false", "NaN, true"})
  void itBecomesAFailureAndNoOtherJobSeesIt(float value, boolean read) throws Exception {
    List<EngineJob> jobs = jobs();
    List<Answer> expected = outcomes(healthy, read, jobs).stream().map(Answer.class::cast).toList();
    int broken = brokenToken(jobs, expected);

    List<Outcome> outcomes = outcomes(with(broken, value), read, mixed(jobs));

    for (int i = 0; i < outcomes.size(); i++) {
      if (i % 2 == 0) {
        assertThat(outcomes.get(i)).isInstanceOf(Failure.class);
        Failure failure = (Failure) outcomes.get(i);
        assertThat(failure.code()).isEqualTo("ENGINE_NUMERIC");
        assertThat(failure.message()).contains("NaN or infinite").contains("--dtype");
      } else {
        Answer answer = (Answer) outcomes.get(i);
        assertThat(answer.tokenIds()).isEqualTo(expected.get(i / 2).tokenIds());
      }
    }
  }

  /** Returns a token that is in no healthy prompt and no healthy answer. */
  private int brokenToken(List<EngineJob> jobs, List<Answer> answers) {
    Set<Integer> used = new HashSet<>();
    jobs.forEach(job -> Arrays.stream(job.promptIds()).forEach(used::add));
    answers.forEach(answer -> used.addAll(answer.tokenIds()));
    int[] ids = tokenizer.encodeWithoutSpecial(WORD);
    int broken = ids[ids.length - 1];
    assertThat(used).doesNotContain(broken);
    return broken;
  }

  /** Inserts before each job a longer one with the broken token, about the same image. */
  private List<EngineJob> mixed(List<EngineJob> jobs) {
    return jobs.stream().flatMap(job -> Stream.of(withBrokenToken(job), job)).toList();
  }

  private EngineJob withBrokenToken(EngineJob job) {
    int[] word = tokenizer.encodeWithoutSpecial(WORD);
    int[] ids =
        IntStream.concat(
                Arrays.stream(job.promptIds()),
                IntStream.concat(
                    Arrays.stream(word), Arrays.stream(tokenizer.encode(" and more".repeat(9)))))
            .toArray();
    return new EngineJob(ids, job.images(), job.task());
  }

  private List<EngineJob> jobs() {
    Random random = new Random(3);
    List<Pixels> images = IntStream.range(0, 3).mapToObj(i -> noise(random)).toList();
    List<EngineJob> jobs = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String prompt = "USER: " + (i % 3 > 0 ? "<image>\n" : "") + "What is this " + i + "?";
      Task task =
          switch (i % 4) {
            case 0 -> AnswerChoices.of(List.of("yes", "no"), tokenizer, false);
            case 1 -> new Generation(8, 0.8, 0.9, i, List.of());
            default -> Generation.greedy(8);
          };
      jobs.add(
          new EngineJob(
              tokenizer.encodeWithImages(prompt),
              i % 3 > 0 ? List.of(images.get(i % 3)) : List.of(),
              task));
    }
    return jobs;
  }

  private Pixels noise(Random random) {
    return NoiseImage.of(healthy.config().image().size(), random);
  }

  /** Few slots, so that healthy sequences follow broken ones in them. */
  private List<Outcome> outcomes(LlavaCheckpoint checkpoint, boolean read, List<EngineJob> jobs) {
    EngineSettings settings = new EngineSettings(3, false, true, OptionalLong.of(4 << 20));
    ModelSettings exact = ModelSettings.exact();
    Supplier<VisionLanguageModel> loader =
        () -> {
          LlavaModel model = LlavaModel.load(checkpoint, exact);
          return read ? PrefixReader.of(model) : model;
        };
    try (Engine engine = BatchingEngine.start(checkpoint, exact, loader, tokenizer, settings)) {
      List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
      return outcomes.stream().map(CompletableFuture::join).toList();
    }
  }

  private LlavaCheckpoint with(int token, float value) throws IOException {
    try (Stream<Path> files = Files.list(healthy.directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    TensorSlice embedding = healthy.tensors().get("model.embed_tokens.weight");
    int width = embedding.shape().get(1).intValue();
    long row = embedding.byteLength() / embedding.shape().get(0);
    ByteBuffer values = ByteBuffer.allocate((int) row).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < width; i++) {
      if (row == 4L * width) {
        values.putFloat(value);
      } else {
        values.putShort(Float.isNaN(value) ? (short) 0x7e00 : (short) 0x7c00);
      }
    }
    Path weights = folder.resolve(embedding.file().getFileName());
    try (FileChannel file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      file.write(values.flip(), embedding.offset() + token * row);
    }
    return LlavaCheckpoint.open(folder, Optional.of(Golden.file("checkpoints/clip-tiny")));
  }
}
