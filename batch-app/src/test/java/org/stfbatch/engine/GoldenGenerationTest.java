package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Trace;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/**
 * Every greedy token equals the original's, from every file format, alone and inside mixed batches.
 */
final class GoldenGenerationTest {
  private static final float LIMIT = 5e-4f;

  @ParameterizedTest
  @CsvSource({
    "tiny, tiny, 1",
    "tiny, tiny, 3",
    "tiny, tiny, 32",
    "tiny-sharded, tiny, 5",
    "tiny-safetensors, tiny, 5",
    "tiny-bf16-safetensors, tiny, 5",
    "small, small, 1",
    "small, small, 4",
    "small-llava15, small-llava15, 2"
  })
  void greedyTokensAndTextAreTheOriginals(String checkpoint, String recordedWith, int batch)
      throws Exception {
    List<RecordedCase> cases =
        new ArrayList<>(
            RecordedCase.of(recordedWith).stream().filter(c -> !c.isTruncated()).toList());
    assertThat(cases).isNotEmpty();
    Collections.shuffle(cases, new Random(batch));
    LlavaCheckpoint opened = open(checkpoint);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(opened.directory());
        Engine engine =
            BatchingEngine.start(
                opened, ModelSettings.exact(), tokenizer, new EngineSettings(batch))) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (RecordedCase recorded : cases) {
        outcomes.add(engine.submit(recorded.job(tokenizer, opened.config().image().size())));
      }
      for (int i = 0; i < cases.size(); i++) {
        Answer answer = (Answer) outcomes.get(i).join();
        assertThat(answer.tokenIds()).as(cases.get(i).id()).isEqualTo(cases.get(i).outputIds());
        assertThat(answer.text()).as(cases.get(i).id()).isEqualTo(cases.get(i).text());
        assertThat(answer.promptTokens() + answer.visionTokens())
            .isEqualTo(cases.get(i).expandedLength());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny", "small", "small-llava15"})
  void logitsOfThePromptsEndAreTheOriginals(String checkpoint) throws Exception {
    LlavaCheckpoint opened = open(checkpoint);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(opened.directory())) {
      for (RecordedCase recorded : RecordedCase.of(checkpoint)) {
        EngineJob job = recorded.job(tokenizer, opened.config().image().size());
        if (recorded.isTruncated() || job.images().size() > 1) {
          continue;
        }
        Trace trace = Tracer.trace(opened, ModelSettings.exact(), job.promptIds(), job.images());
        assertClose(
            recorded.id(), trace.get("logits").data(), Npy.read(recorded.logits()).floats());
      }
    }
  }

  private static void assertClose(String what, float[] ours, float[] recorded) {
    assertThat(ours).as(what).hasSameSizeAs(recorded);
    for (int i = 0; i < recorded.length; i++) {
      assertThat(ours[i]).as("%s[%d]", what, i).isCloseTo(recorded[i], within(LIMIT));
    }
  }

  private static LlavaCheckpoint open(String checkpoint) {
    return LlavaCheckpoint.open(Golden.file("checkpoints/" + checkpoint), Optional.empty());
  }
}
