package org.stfbatch.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.FloatTensor;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;

/**
 * Runs one prompt through a model of its own and keeps what is in between, for comparison with
 * other programs.
 */
public final class Tracer {
  private Tracer() {}

  /**
   * Loads the checkpoint in float32 on the CPU and runs one prompt.
   *
   * @param inputIds token ids, -200 where the image stands
   * @param images one image, or none
   * @return by name, {@link LlavaModel#traceImage}'s tensors of the image if there is one, and
   *     {@code logits} [V] of the prompt's last position
   */
  public static Map<String, FloatTensor> trace(
      LlavaCheckpoint checkpoint, int[] inputIds, List<Pixels> images) {
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      Map<String, FloatTensor> trace = new LinkedHashMap<>();
      PromptLayout layout = PromptLayout.of(inputIds, model.config().visionTokens());
      VisionTokens vision = VisionTokens.none(model.config().language().hiddenSize());
      if (!images.isEmpty()) {
        trace.putAll(model.traceImage(images.get(0).chw()));
        FloatTensor tokens = trace.get("vision_tokens");
        vision =
            new VisionTokens(
                tokens.shape().get(0).intValue(), tokens.shape().get(1).intValue(), tokens.data());
      }
      model.reserve(new CacheShape(1, layout.length(), 0, 0));
      float[] logits =
          model.logits(new TokenSpan(0, layout.tokenIds(), layout.visionIndex()), vision);
      trace.put("logits", new FloatTensor(List.of((long) logits.length), logits));
      return trace;
    }
  }
}
