package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.WeightFormat;
import org.stfbatch.model.checkpoint.DType;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/**
 * In half precision, with packed or plain weights, logits are close to those recorded in float32.
 */
final class PrecisionTest {

  @ParameterizedTest
  @CsvSource({
    "small, BFLOAT16, PACKED, 0.03",
    "small, BFLOAT16, PLAIN, 0.03",
    "small, FLOAT16, PLAIN, 0.004",
    "small-llava15, BFLOAT16, PACKED, 0.03",
    "small, FLOAT32, PACKED, 0.00001",
    "small, BFLOAT16, INT8, 0.12",
    "small, FLOAT32, INT8, 0.12"
  })
  void logitsStayNear(String name, DType dtype, WeightFormat weights, double limit)
      throws Exception {
    LlavaCheckpoint checkpoint =
        LlavaCheckpoint.open(Golden.file("checkpoints/" + name), Optional.empty());
    RecordedCase recorded = RecordedCase.of(name).get(0);
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory());
        LlavaModel model = LlavaModel.load(checkpoint, new ModelSettings("cpu", dtype, weights))) {
      EngineJob job = recorded.job(tokenizer, checkpoint.config().image().size());

      float[] logits = logits(model, job);

      assertThat(relativeError(logits, Npy.read(recorded.logits()).floats())).isLessThan(limit);
    }
  }

  /** Sums of several tokens' errors, none of which is large. */
  @ParameterizedTest
  @CsvSource({"BFLOAT16, PACKED", "BFLOAT16, PLAIN", "FLOAT16, PLAIN"})
  void likelihoodsOfChoicesStayNear(DType dtype, WeightFormat weights) throws Exception {
    LlavaCheckpoint checkpoint =
        LlavaCheckpoint.open(Golden.file("checkpoints/small"), Optional.empty());
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory())) {
      EngineJob recorded =
          RecordedCase.of("small").get(0).job(tokenizer, checkpoint.config().image().size());
      AnswerChoices choices =
          AnswerChoices.of(List.of("A", "AB", "never and ever"), tokenizer, false);
      EngineJob job = new EngineJob(recorded.promptIds(), recorded.images(), choices);

      Answer exact = answer(checkpoint, tokenizer, ModelSettings.exact(), job);
      Answer answer = answer(checkpoint, tokenizer, new ModelSettings("cpu", dtype, weights), job);

      exact
          .logProbabilities()
          .forEach(
              (text, score) ->
                  assertThat(answer.logProbabilities().get(text))
                      .as(text)
                      .isCloseTo(score, withinPercentage(2)));
    }
  }

  private static Answer answer(
      LlavaCheckpoint checkpoint, LlamaTokenizer tokenizer, ModelSettings model, EngineJob job) {
    try (Engine engine =
        BatchingEngine.start(checkpoint, model, tokenizer, new EngineSettings(1))) {
      return (Answer) engine.submit(job).join();
    }
  }

  private static float[] logits(LlavaModel model, EngineJob job) {
    List<byte[]> pixels = job.images().stream().map(Pixels::chw).toList();
    VisionTokens vision = model.encodeImages(pixels);
    PromptLayout layout = PromptLayout.of(job.promptIds(), vision.counts());
    model.reserve(new CacheShape(1, layout.length(), 0, 0));
    return model.logits(new TokenSpan(0, layout.tokenIds(), layout.visionIndex()), vision);
  }

  /** Returns the norm of the difference divided by that of the recording. */
  private static double relativeError(float[] actual, float[] recorded) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < recorded.length; i++) {
      difference += Math.pow(actual[i] - recorded[i], 2);
      length += Math.pow(recorded[i], 2);
    }
    return Math.sqrt(difference / length);
  }
}
