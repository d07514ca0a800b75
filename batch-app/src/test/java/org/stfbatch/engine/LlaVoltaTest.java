package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Trace;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** LLaVolta's pooling inside the language model, against recordings of its authors' code. */
final class LlaVoltaTest {
  private static final float LIMIT = 5e-4f;

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/small-llava15"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void pooledRowsAndLogitsAreTheOriginals() throws Exception {
    List<RecordedCase> cases = RecordedCase.ofStrategy("llavolta");
    assertThat(cases).isNotEmpty();
    for (RecordedCase recorded : cases) {
      EngineJob job = job(recorded);

      Trace trace = Tracer.trace(checkpoint, settings(recorded), job.promptIds(), job.images());

      assertClose(recorded.id(), trace.get("logits").data(), Npy.read(recorded.logits()));
      LlaVolta strategy = strategy(recorded);
      if (strategy.stride() > 1) {
        String rows = strategy.actsInside() ? "pooled" : "vision_tokens";
        Npy pooled = Npy.read(recorded.array("pooled_hidden"));
        assertClose(recorded.id(), trace.get(rows).data(), pooled);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, true", "4, false", "16, true"})
  void greedyTokensAreTheOriginalsAmongOtherJobs(int batch, boolean reuse) throws Exception {
    List<RecordedCase> others = RecordedCase.of("small-llava15");
    for (RecordedCase recorded : RecordedCase.ofStrategy("llavolta")) {
      List<EngineJob> jobs = new ArrayList<>(Collections.nCopies(3, job(recorded)));
      jobs.addAll(otherJobs(others));
      Collections.shuffle(jobs.subList(1, jobs.size()), new Random(batch));
      EngineSettings settings = new EngineSettings(batch, false, reuse, OptionalLong.empty());
      try (Engine engine =
          BatchingEngine.start(checkpoint, settings(recorded), tokenizer, settings)) {
        List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
        for (int i = 0; i < jobs.size(); i++) {
          Answer answer = (Answer) outcomes.get(i).join();
          if (jobs.get(i).equals(jobs.get(0))) {
            assertThat(answer.tokenIds()).as(recorded.id()).isEqualTo(recorded.outputIds());
          }
        }
      }
    }
  }

  /** Questions about another image, the same image in other words, and no image. */
  private static List<EngineJob> otherJobs(List<RecordedCase> recorded) throws Exception {
    List<EngineJob> jobs = new ArrayList<>();
    for (RecordedCase other : recorded) {
      jobs.add(job(other));
    }
    Pixels image = jobs.get(0).images().get(0);
    for (int i = 1; i < 4; i++) {
      int[] about = tokenizer.encodeWithImages("A chat. USER: <image>\nWhat" + "?".repeat(i));
      jobs.add(new EngineJob(about, List.of(image), Generation.greedy(3 * i)));
      int[] text = tokenizer.encodeWithImages("A chat. USER: Hello" + "!".repeat(i));
      jobs.add(new EngineJob(text, List.of(), Generation.greedy(2 * i)));
    }
    return jobs;
  }

  @Test
  void poolingBeforeTheFirstLayerKeepsTheOriginalPositions() throws Exception {
    EngineJob job = job(RecordedCase.ofStrategy("llavolta").get(0));

    float[] inside = logits("llavolta:layer=0,stride=4", job);
    float[] before = logits("llavolta:layer=-1,stride=4", job);
    float[] unchanged = logits("llavolta:layer=0,stride=1", job);

    assertThat(inside).isNotEqualTo(before);
    float[] none = logits("none", job);
    for (int i = 0; i < none.length; i++) {
      assertThat(unchanged[i]).isCloseTo(none[i], within(LIMIT));
    }
  }

  private static float[] logits(String spec, EngineJob job) {
    ModelSettings settings = ModelSettings.exact().with(CompressionStrategy.parse(spec));
    return Tracer.trace(checkpoint, settings, job.promptIds(), job.images()).get("logits").data();
  }

  @Test
  void aLayerOrStrideThatTheCheckpointDoesNotHaveIsRefusedByName() {
    assertThatThrownBy(() -> LlaVoltaTest.check("llavolta:layer=4,stride=2"))
        .hasMessageContaining("layer=0 to 3, or -1 for before the language model");
    assertThatThrownBy(() -> LlaVoltaTest.check("llavolta:layer=1,stride=577"))
        .hasMessageContaining("stride=1 to 576");
    assertThatThrownBy(() -> CompressionStrategy.parse("llavolta:layer=-2"))
        .hasMessageContaining("layer=-2 must be a whole number from -1");
  }

  private static void check(String spec) {
    CompressionStrategy.parse(spec).check(checkpoint.config().shape());
  }

  private static EngineJob job(RecordedCase recorded) throws Exception {
    return recorded.job(tokenizer, checkpoint.config().image().size());
  }

  private static ModelSettings settings(RecordedCase recorded) {
    return ModelSettings.exact().with(strategy(recorded));
  }

  private static LlaVolta strategy(RecordedCase recorded) {
    JsonNode params = recorded.json().get("params");
    return new LlaVolta(params.get("layer").asInt(), params.get("stride").asInt());
  }

  private static void assertClose(String what, float[] ours, Npy recorded) {
    float[] theirs = recorded.floats();
    assertThat(ours).as(what).hasSameSizeAs(theirs);
    for (int i = 0; i < theirs.length; i++) {
      assertThat(ours[i]).as("%s[%d]", what, i).isCloseTo(theirs[i], within(LIMIT));
    }
  }
}
