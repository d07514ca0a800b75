package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.model.FloatTensor;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Trace;
import org.stfbatch.model.checkpoint.HuggingFaceWriter;
import org.stfbatch.model.checkpoint.HuggingFaceWriter.Keys;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.TokenizerJsonWriter;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/**
 * The recorded LLaVA-1.5, rewritten in transformers' layout, gives the same results as its authors'
 * code: vision tokens, logits, tokens and texts.
 */
final class HuggingFaceLayoutGenerationTest {
  private static final float LIMIT = 5e-4f;
  private static final String RECORDED = "small-llava15";

  @TempDir private static Path folder;
  private static List<RecordedCase> cases;

  /**
   * The layout from transformers 4.52 on, with only a tokenizer.json; and the one before, in
   * shards.
   */
  @BeforeAll
  static void rewriteTheRecordedModel() throws IOException {
    cases = RecordedCase.of(RECORDED);
    assertThat(cases).isNotEmpty();
    LlavaCheckpoint authors = authors();
    HuggingFaceWriter old = new HuggingFaceWriter(authors, Keys.OLD);
    old.writeShards(folder.resolve("old"), 3);
    old.copyTokenizer(folder.resolve("old"));
    old.writeTokenizerSettings(folder.resolve("old"));
    HuggingFaceWriter current = new HuggingFaceWriter(authors, Keys.NEW);
    current.write(folder.resolve("new"));
    current.writeTokenizerSettings(folder.resolve("new"));
    int rows = authors.config().language().vocabSize();
    new TokenizerJsonWriter(authors.directory().resolve("tokenizer.model"))
        .added(rows, "<image>")
        .added(rows + 1, "<pad>")
        .write(folder.resolve("new"));
  }

  @ParameterizedTest
  @CsvSource({"old, 1", "new, 4"})
  void greedyTokensAndTextAreTheOriginals(String name, int batch) throws Exception {
    LlavaCheckpoint checkpoint = open(name);
    try (LlamaTokenizer tokenizer = tokenizer(checkpoint);
        Engine engine =
            BatchingEngine.start(
                checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(batch))) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (RecordedCase recorded : cases) {
        outcomes.add(engine.submit(recorded.job(tokenizer, checkpoint.config().image().size())));
      }
      for (int i = 0; i < cases.size(); i++) {
        Answer answer = (Answer) outcomes.get(i).join();
        assertThat(answer.tokenIds()).as(cases.get(i).id()).isEqualTo(cases.get(i).outputIds());
        assertThat(answer.text()).as(cases.get(i).id()).isEqualTo(cases.get(i).text());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"old", "new"})
  void visionTokensAndLogitsAreTheOriginals(String name) throws Exception {
    LlavaCheckpoint checkpoint = open(name);
    try (LlamaTokenizer tokenizer = tokenizer(checkpoint)) {
      for (RecordedCase recorded : cases) {
        EngineJob job = recorded.job(tokenizer, checkpoint.config().image().size());
        Trace trace =
            Tracer.trace(checkpoint, ModelSettings.exact(), job.promptIds(), job.images());
        assertClose(trace.get("vision_tokens"), recorded.array("vision_tokens"));
        assertClose(trace.get("logits"), recorded.logits());
      }
    }
  }

  /**
   * Tokens that the hub's tokenizer adds are plain text for the authors' tokenizer, and here too.
   */
  @Test
  void textsOfTheAddedTokensAreOnlyTexts() {
    try (LlamaTokenizer authors = LlamaTokenizer.open(authors().directory());
        LlamaTokenizer ours = tokenizer(open("new"))) {
      for (String text : List.of("<pad> <pad>", "What is <pad>?", "a</s><pad>b", "<image>")) {
        assertThat(ours.encodeWithImages(text)).isEqualTo(authors.encodeWithImages(text));
        assertThat(ours.encode(text)).isEqualTo(authors.encode(text));
      }
    }
  }

  private static void assertClose(FloatTensor ours, Path recorded) throws IOException {
    float[] expected = Npy.read(recorded).floats();
    assertThat(ours.data()).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(ours.data()[i]).as("%s[%d]", recorded, i).isCloseTo(expected[i], within(LIMIT));
    }
  }

  private static LlavaCheckpoint authors() {
    return LlavaCheckpoint.open(Golden.file("checkpoints/" + RECORDED), Optional.empty());
  }

  private static LlavaCheckpoint open(String name) {
    return LlavaCheckpoint.open(folder.resolve(name), Optional.empty());
  }

  private static LlamaTokenizer tokenizer(LlavaCheckpoint checkpoint) {
    return LlamaTokenizer.open(checkpoint.directory(), checkpoint.config().language().vocabSize());
  }
}
