package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** TokenPacker's vision tokens, logits and greedy tokens are those of its authors' code. */
final class GoldenProjectorTest {
  private static final float LIMIT = 5e-4f;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void visionTokensLogitsAndAnswersAreTheAuthors(int scaleFactor) throws Exception {
    LlavaCheckpoint checkpoint = checkpoint(scaleFactor);
    List<RecordedCase> cases =
        RecordedCase.ofStrategy("tokenpacker").stream()
            .filter(c -> c.json().at("/params/scale_factor").asInt() == scaleFactor)
            .toList();
    assertThat(cases).isNotEmpty();
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory())) {
      for (RecordedCase recorded : cases) {
        EngineJob job = recorded.job(tokenizer, checkpoint.config().image().size());
        requireVisionTokens(checkpoint, recorded, job);
        if (job.images().size() == 1) {
          requireLogits(checkpoint, recorded, job);
        }
      }
      requireAnswers(checkpoint, tokenizer, cases);
    }
  }

  private static void requireVisionTokens(
      LlavaCheckpoint checkpoint, RecordedCase recorded, EngineJob job) {
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      VisionTokens tokens =
          model.encodeImages(job.images().stream().map(pixels -> pixels.chw()).toList());
      requireClose(recorded.id(), tokens.data(), Npy.read(recorded.array("vision_tokens")));
    }
  }

  private static void requireLogits(
      LlavaCheckpoint checkpoint, RecordedCase recorded, EngineJob job) {
    float[] logits =
        Tracer.trace(checkpoint, ModelSettings.exact(), job.promptIds(), job.images())
            .get("logits")
            .data();
    requireClose(recorded.id(), logits, Npy.read(recorded.logits()));
  }

  /** The cases answer each other's company: all in one batch. */
  private static void requireAnswers(
      LlavaCheckpoint checkpoint, LlamaTokenizer tokenizer, List<RecordedCase> cases)
      throws Exception {
    try (Engine engine =
        BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(4))) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (RecordedCase recorded : cases) {
        outcomes.add(engine.submit(recorded.job(tokenizer, checkpoint.config().image().size())));
      }
      for (int i = 0; i < cases.size(); i++) {
        Answer answer = (Answer) outcomes.get(i).join();
        assertThat(answer.tokenIds()).as(cases.get(i).id()).isEqualTo(cases.get(i).outputIds());
      }
    }
  }

  private static void requireClose(String what, float[] ours, Npy recorded) {
    float[] theirs = recorded.floats();
    assertThat(ours).as(what).hasSameSizeAs(theirs);
    for (int i = 0; i < theirs.length; i++) {
      assertThat(ours[i]).as("%s[%d]", what, i).isCloseTo(theirs[i], within(LIMIT));
    }
  }

  @Test
  void itsWeightsServeEveryScaleFactorThatDividesTheGrid() throws Exception {
    assertThat(checkpoint(6).config().visionTokens()).isEqualTo(16);
    assertThat(checkpoint(2).config().fusion().describe())
        .isEqualTo("TokenPacker (4 blocks, scale factor 2)");
  }

  /** Returns the recorded checkpoint with another scale factor. */
  private LlavaCheckpoint checkpoint(int scaleFactor) throws IOException {
    Path recorded = Golden.file("checkpoints/small-tokenpacker-s2");
    Path copy = Files.createDirectory(folder.resolve("s" + scaleFactor));
    try (Stream<Path> files = Files.list(recorded)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(copy.resolve(file.getFileName()), file);
      }
    }
    ObjectMapper json = new ObjectMapper();
    Path config = copy.resolve("config.json");
    ObjectNode settings = (ObjectNode) json.readTree(config.toFile());
    Files.delete(config);
    json.writeValue(config.toFile(), settings.put("scale_factor", scaleFactor));
    return LlavaCheckpoint.open(copy, Optional.of(Golden.file("checkpoints/clip-small")));
  }
}
