package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.OutOfDeviceMemoryException;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** Ends of answers, reproducibility by seed, and device failures. */
final class EngineTest {
  private static final int IMAGE_SIZE = 56;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void anAnswerEndsBeforeItsStopText() throws Exception {
    RecordedCase recorded = recorded("tiny/q03");
    String stop = " between";
    assertThat(recorded.text()).contains(stop);

    Answer answer = (Answer) answer(recorded, new Generation(16, 0, 1, 0, List.of("never", stop)));

    assertThat(answer.text())
        .isEqualTo(recorded.text().substring(0, recorded.text().indexOf(stop)));
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP_TEXT);
    assertThat(answer.generatedTokens()).isLessThan(recorded.outputIds().size());
  }

  @Test
  void anAnswerHasAtMostTheAllowedTokens() throws Exception {
    RecordedCase recorded = recorded("tiny/q03");

    Answer answer = (Answer) answer(recorded, Generation.greedy(5));

    assertThat(answer.tokenIds()).isEqualTo(recorded.outputIds().subList(0, 5));
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void theEndTokenEndsAnAnswerAndIsNoText() throws Exception {
    RecordedCase recorded = recorded("tiny/text_only");
    try (Engine engine = engine(16)) {
      List<Answer> answers =
          answers(
              engine, IntStream.range(0, 16).mapToObj(seed -> sampled(recorded, 3900, 3, 1, seed)));
      List<Answer> ended =
          answers.stream().filter(a -> a.finishReason() == FinishReason.END_TOKEN).toList();
      assertThat(ended).isNotEmpty();
      for (Answer answer : ended) {
        assertThat(answer.tokenIds().indexOf(tokenizer.eosTokenId()))
            .isEqualTo(answer.generatedTokens() - 1);
        assertThat(answer.text()).doesNotContain("</s>");
      }
    }
  }

  @Test
  void aSampledAnswerDependsOnItsSeedAndNotOnItsBatch() throws Exception {
    RecordedCase recorded = recorded("tiny/q04");
    List<List<Integer>> alone = sampledIds(recorded, 1);
    List<List<Integer>> together = sampledIds(recorded, 8);

    assertThat(together).isEqualTo(alone);
    assertThat(new HashSet<>(alone)).hasSizeGreaterThan(alone.size() / 2);
  }

  private static List<List<Integer>> sampledIds(RecordedCase recorded, int batch) throws Exception {
    try (Engine engine = engine(batch)) {
      return answers(
              engine, IntStream.range(0, 8).mapToObj(seed -> sampled(recorded, 12, 1, 0.9, seed)))
          .stream()
          .map(Answer::tokenIds)
          .toList();
    }
  }

  @Test
  void aPromptBeyondTheLimitFailsOrIsCutAsTheOriginalCutsIt(@TempDir Path folder) throws Exception {
    RecordedCase recorded = recorded("tiny/truncated");
    LlavaCheckpoint limited =
        limitedTo(recorded.json().get("tokenizer_model_max_length").asInt(), folder);
    EngineJob job = recorded.job(tokenizer, IMAGE_SIZE);
    try (Engine strict =
            BatchingEngine.start(limited, ModelSettings.exact(), tokenizer, new EngineSettings(1));
        Engine cutting =
            BatchingEngine.start(
                limited,
                ModelSettings.exact(),
                tokenizer,
                new EngineSettings(1, true, true, OptionalLong.empty()))) {
      Failure failure = (Failure) strict.submit(job).join();
      assertThat(failure.code()).isEqualTo("PROMPT_TOO_LONG");
      assertThat(failure.message()).contains("50").contains("--truncate");

      Answer answer = (Answer) cutting.submit(job).join();
      assertThat(answer.tokenIds()).isEqualTo(recorded.outputIds());
      assertThat(answer.promptTokens() + answer.visionTokens())
          .isEqualTo(recorded.expandedLength());
    }
  }

  private static LlavaCheckpoint limitedTo(int maxLength, Path folder) throws Exception {
    try (Stream<Path> files = Files.list(checkpoint.directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    ObjectMapper json = new ObjectMapper();
    Path config = folder.resolve("config.json");
    ObjectNode settings = (ObjectNode) json.readTree(config.toFile());
    json.writeValue(config.toFile(), settings.put("tokenizer_model_max_length", maxLength));
    return LlavaCheckpoint.open(folder, Optional.of(Golden.file("checkpoints/clip-tiny")));
  }

  @Test
  void aBatchThatDoesNotFitIsHalvedUntilItDoes() throws Exception {
    List<RecordedCase> cases = stillPictures();
    try (Engine engine =
        engine(8, model -> new FailingModel(model, FailingModel.beyond(2, outOfMemory())))) {
      for (int i = 0; i < cases.size(); i++) {
        assertThat(answers(engine, Stream.of(cases.get(i))).get(0).tokenIds())
            .isEqualTo(cases.get(i).outputIds());
      }
      List<Answer> together = answers(engine, cases.stream());
      for (int i = 0; i < cases.size(); i++) {
        assertThat(together.get(i).tokenIds())
            .as(cases.get(i).id())
            .isEqualTo(cases.get(i).outputIds());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("errors")
  void aFaultOfOneCallLosesNothing(String method, int number, Throwable error) throws Exception {
    List<RecordedCase> cases = stillPictures();
    try (Engine engine =
        engine(4, model -> new FailingModel(model, FailingModel.atCall(method, number, error)))) {
      List<Answer> together = answers(engine, cases.stream());
      for (int i = 0; i < cases.size(); i++) {
        assertThat(together.get(i).tokenIds()).isEqualTo(cases.get(i).outputIds());
      }
    }
  }

  private static Stream<Arguments> errors() {
    List<Throwable> errors =
        List.of(
            new IllegalStateException("a fault of this program"),
            new OutOfMemoryError("Cannot reserve 4096 bytes of direct buffer memory"),
            outOfMemory());
    return Stream.of("reserve", "encodeImages", "fillPrefixes", "step")
        .flatMap(
            method ->
                Stream.of(1, 2).flatMap(n -> errors.stream().map(e -> arguments(method, n, e))));
  }

  @Test
  void aCacheThatDoesNotFitIsMadeSmaller() throws Exception {
    List<RecordedCase> cases = stillPictures();
    for (Throwable error : List.of(outOfMemory(), new OutOfMemoryError("Java heap space"))) {
      try (Engine engine =
          engine(16, model -> new FailingModel(model, FailingModel.cacheBeyond(1, error)))) {
        List<Answer> together = answers(engine, cases.stream());
        for (int i = 0; i < cases.size(); i++) {
          assertThat(together.get(i).tokenIds()).isEqualTo(cases.get(i).outputIds());
        }
      }
    }
  }

  @Test
  void aFailureSaysWhatToDoAboutALackOfMemory() throws Exception {
    try (Engine engine =
        engine(4, model -> new FailingModel(model, FailingModel.cacheBeyond(0, outOfMemory())))) {
      Failure failure = (Failure) submitted(engine, Stream.of(recorded("tiny/q03"))).get(0).join();
      assertThat(failure.code()).isEqualTo("ENGINE_ERROR");
      assertThat(failure.message())
          .contains("not enough memory on the device")
          .contains("--batch")
          .contains("--kv-cache");
    }
  }

  @Test
  void aDeviceThatHangsIsSeen() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FailingModel.Fault hang =
        call -> {
          if (call.isStep()) {
            hanging.countDown();
            awaitQuietly(goOn);
          }
        };
    try (Engine engine = engine(4, model -> new FailingModel(model, hang));
        Watchdog watchdog = Watchdog.start(engine, Duration.ofSeconds(1))) {
      CompletableFuture<Outcome> answer = submitted(engine, Stream.of(recorded("tiny/q03"))).get(0);
      hanging.await();
      until(() -> !watchdog.problems().isEmpty());
      assertThat(watchdog.problems().get(0)).contains("has not finished a call to the device");
      assertThat(engine.stalled(Duration.ofSeconds(1)).get(0).stack().toString())
          .contains("awaitQuietly");

      goOn.countDown();
      assertThat(answer.join()).isInstanceOf(Answer.class);
      until(() -> watchdog.problems().isEmpty());
    }
  }

  @Test
  void aJobOfADeviceThatHangsFailsWhenTheEngineIsClosed() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FailingModel.Fault hang =
        call -> {
          if (call.isStep()) {
            hanging.countDown();
            awaitQuietly(goOn);
          }
        };
    try (BatchingEngine engine = engine(1, model -> new FailingModel(model, hang))) {
      List<CompletableFuture<Outcome>> answers =
          submitted(engine, Stream.of(recorded("tiny/q03"), recorded("tiny/q03")));
      hanging.await();

      engine.close(Duration.ofMillis(100));

      assertThat(answers)
          .allSatisfy(
              answer ->
                  assertThatThrownBy(answer::join)
                      .hasCauseInstanceOf(EngineException.class)
                      .hasMessageContaining("has not finished a call to the device"));
      goOn.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void until(BooleanSupplier event) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!event.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  void aJobThatTheDeviceCannotRunFailsAloneAndAllOthersAreAnswered() throws Exception {
    List<RecordedCase> cases = stillPictures();
    int poison = cases.get(2).expandedLength();
    try (Engine engine =
        engine(
            8,
            model ->
                new FailingModel(
                    model, FailingModel.promptOf(poison, new ModelException("boom", null))))) {
      List<CompletableFuture<Outcome>> outcomes = submitted(engine, cases.stream());
      for (int i = 0; i < cases.size(); i++) {
        if (cases.get(i).expandedLength() == poison) {
          Failure failure = (Failure) outcomes.get(i).join();
          assertThat(failure.code()).isEqualTo("ENGINE_ERROR");
          assertThat(failure.attempts()).isGreaterThanOrEqualTo(3);
        } else {
          assertThat(((Answer) outcomes.get(i).join()).tokenIds())
              .isEqualTo(cases.get(i).outputIds());
        }
      }
    }
  }

  @Test
  void aDeadDeviceBreaksTheEngineInsteadOfFailingEveryJob() throws Exception {
    try (Engine engine =
        engine(
            4,
            model ->
                new FailingModel(
                    model, FailingModel.beyond(0, new ModelException("device lost", null))))) {
      List<CompletableFuture<Outcome>> outcomes = submitted(engine, stillPictures().stream());
      long failed = 0;
      for (CompletableFuture<Outcome> outcome : outcomes) {
        try {
          assertThat(outcome.join()).isInstanceOf(Failure.class);
          failed++;
        } catch (CompletionException e) {
          assertThat(e)
              .hasCauseInstanceOf(EngineException.class)
              .hasMessageContaining("device lost");
        }
      }
      assertThat(failed).isLessThan(outcomes.size());
      assertThatThrownBy(submitted(engine, stillPictures().stream()).get(0)::join)
          .hasCauseInstanceOf(EngineException.class);
    }
  }

  @Test
  void closingGivesBackWhatIsInFlight() throws Exception {
    Engine engine = engine(1);
    List<CompletableFuture<Outcome>> outcomes =
        submitted(
            engine,
            IntStream.range(0, 4)
                .mapToObj(seed -> sampled(recorded("tiny/q04"), 3000, 1, 1, seed)));
    engine.close();
    assertThat(outcomes).allMatch(CompletableFuture::isDone);
    assertThatThrownBy(outcomes.get(3)::join).hasCauseInstanceOf(EngineException.class);
  }

  @Test
  void aTokenizerOfAnotherModelIsNamed() throws Exception {
    try (Engine engine = engine(1)) {
      EngineJob job = new EngineJob(new int[] {1, 31999}, List.of(), Generation.greedy(1));
      assertThatThrownBy(() -> engine.submit(job))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("31999");
    }
  }

  private static OutOfDeviceMemoryException outOfMemory() {
    return new OutOfDeviceMemoryException("CUDA out of memory", null);
  }

  /** A recorded case, or one with other generation settings. */
  private interface Question {
    EngineJob job() throws Exception;
  }

  private static Question sampled(
      RecordedCase recorded, int maxNewTokens, double temperature, double topP, long seed) {
    return () -> with(recorded, new Generation(maxNewTokens, temperature, topP, seed, List.of()));
  }

  private static EngineJob with(RecordedCase recorded, Generation generation) throws Exception {
    EngineJob job = recorded.job(tokenizer, IMAGE_SIZE);
    return new EngineJob(job.promptIds(), job.images(), generation);
  }

  private static Outcome answer(RecordedCase recorded, Generation generation) throws Exception {
    try (Engine engine = engine(1)) {
      return engine.submit(with(recorded, generation)).join();
    }
  }

  private static List<Answer> answers(Engine engine, Stream<?> questions) throws Exception {
    List<Answer> answers = new ArrayList<>();
    for (CompletableFuture<Outcome> outcome : submitted(engine, questions)) {
      answers.add((Answer) outcome.join());
    }
    return answers;
  }

  private static List<CompletableFuture<Outcome>> submitted(Engine engine, Stream<?> questions)
      throws Exception {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (Object question : questions.toList()) {
      EngineJob job =
          question instanceof RecordedCase recorded
              ? recorded.job(tokenizer, IMAGE_SIZE)
              : ((Question) question).job();
      outcomes.add(engine.submit(job));
    }
    return outcomes;
  }

  private static Engine engine(int batch) {
    return BatchingEngine.start(
        checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(batch));
  }

  private static BatchingEngine engine(int batch, Function<LlavaModel, FailingModel> wrap) {
    return BatchingEngine.start(
        checkpoint,
        ModelSettings.exact(),
        () -> wrap.apply(LlavaModel.load(checkpoint, ModelSettings.exact())),
        tokenizer,
        new EngineSettings(batch));
  }

  private static List<RecordedCase> stillPictures() {
    return RecordedCase.of("tiny").stream().filter(c -> !c.isTruncated()).toList();
  }

  private static RecordedCase recorded(String id) {
    return RecordedCase.of("tiny").stream()
        .filter(c -> c.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
