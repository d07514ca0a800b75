package org.stfbatch.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.compression.Yopo;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.FloatTensor;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.PromptImage;
import org.stfbatch.model.PrunedImage;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.Trace;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;

/**
 * Runs single prompts through a newly loaded model and returns intermediate tensors, for comparison
 * with other implementations.
 */
public final class Tracer {
  private Tracer() {}

  /**
   * Loads the checkpoint and runs one prompt.
   *
   * @param settings of the model
   * @param inputIds token ids, -200 as the marker of the image
   * @param images one image, or none
   * @return {@link LlavaModel#traceImage}'s tensors of the image if there is one, {@code logits}
   *     [V] of the prompt's last position, for LLaVA-Mini {@link LlavaModel#traceFusedImage}'s and
   *     {@code prompt_embeddings} [L, H], the input of the language model, and, if the language
   *     model prunes the image, {@code score} [n], or {@code pooled} [m, H] if it pools it, or with
   *     YOPO {@code reduced} [n, H], the image's tokens as they enter the first layer without
   *     values of them, if there is one
   */
  public static Trace trace(
      LlavaCheckpoint checkpoint, ModelSettings settings, int[] inputIds, List<Pixels> images) {
    try (LlavaModel model = LlavaModel.load(checkpoint, settings)) {
      Map<String, FloatTensor> tensors = new LinkedHashMap<>();
      Optional<int[]> kept = Optional.empty();
      VisionTokens vision = VisionTokens.none(model.config().language().hiddenSize());
      if (!images.isEmpty() && isFused(model, inputIds)) {
        tensors.putAll(model.traceFusedImage(images.get(0).chw()).tensors());
        vision = model.fusePrompts(List.of(inputIds), new int[] {0});
      } else if (!images.isEmpty()) {
        Trace image = model.traceImage(images.get(0).chw());
        tensors.putAll(image.tensors());
        kept = image.kept();
        FloatTensor tokens = image.get("vision_tokens");
        vision =
            new VisionTokens(
                new int[] {tokens.shape().get(0).intValue()},
                tokens.shape().get(1).intValue(),
                tokens.data());
      }
      TokenSpan prompt = prompt(model, inputIds, vision);
      if (isFused(model, inputIds)) {
        tensors.put(
            "prompt_embeddings",
            new FloatTensor(List.of((long) vision.rows(), (long) vision.width()), vision.data()));
      }
      tensors.put("logits", vector(model.logits(prompt, vision)));
      if (settings.compression() instanceof Yopo yopo) {
        int layers = model.config().language().numHiddenLayers();
        if (!images.isEmpty() && !yopo.dropsTokens() && yopo.layers() < layers) {
          tensors.put("reduced", model.traceReduction());
        }
      } else if (prompt.pruned().isPresent() && model.pruning().orElseThrow().pools()) {
        tensors.put("pooled", model.tracePooling());
      } else if (prompt.pruned().isPresent()) {
        PrunedImage image = model.tracePruning();
        tensors.put("score", vector(image.score()));
        kept = Optional.of(image.kept());
      }
      return new Trace(tensors, kept);
    }
  }

  /**
   * Loads the checkpoint and runs the jobs' prompts, one at a time.
   *
   * @param settings of the model
   * @return {@link LlavaModel#lastStates} of each
   */
  public static List<FloatTensor> lastStates(
      LlavaCheckpoint checkpoint, ModelSettings settings, List<EngineJob> jobs) {
    try (LlavaModel model = LlavaModel.load(checkpoint, settings)) {
      return jobs.stream().map(job -> lastStates(model, job)).toList();
    }
  }

  private static FloatTensor lastStates(LlavaModel model, EngineJob job) {
    VisionTokens vision = vision(model, job);
    return model.lastStates(prompt(model, job.promptIds(), vision), vision);
  }

  /** Returns what LLaVA-Mini runs before the language model, or the images' tokens. */
  private static VisionTokens vision(LlavaModel model, EngineJob job) {
    List<byte[]> pixels = job.images().stream().map(Pixels::chw).toList();
    if (isFused(model, job.promptIds())) {
      model.fuseImages(pixels, new int[] {0});
      return model.fusePrompts(List.of(job.promptIds()), new int[] {0});
    }
    return PromptLayout.hasMarkers(job.promptIds())
        ? model.encodeImages(pixels)
        : VisionTokens.none(model.config().language().hiddenSize());
  }

  private static boolean isFused(LlavaModel model, int[] promptIds) {
    return model.config().fusion().mini().isPresent() && PromptLayout.hasMarkers(promptIds);
  }

  /** Returns the whole prompt as a span, after allocating slot 0 for it. */
  private static TokenSpan prompt(LlavaModel model, int[] promptIds, VisionTokens vision) {
    if (isFused(model, promptIds)) {
      model.reserve(new CacheShape(1, vision.rows(), 0, 0));
      PromptLayout fused = PromptLayout.of(promptIds, new int[] {model.config().visionTokens()});
      return fused.fusedSpan(0);
    }
    PromptLayout layout = PromptLayout.of(promptIds, vision.counts());
    model.reserve(new CacheShape(1, layout.length(), 0, 0));
    TokenSpan prompt = new TokenSpan(0, layout.tokenIds(), layout.visionIndex());
    return prunedImage(model, layout).map(prompt::pruning).orElse(prompt);
  }

  private static Optional<PromptImage> prunedImage(LlavaModel model, PromptLayout layout) {
    return model
        .pruning()
        .flatMap(how -> layout.imageBeforeText())
        .map(image -> new PromptImage(image.start(), image.tokens(), PromptImage.IN_SPAN));
  }

  private static FloatTensor vector(float[] values) {
    return new FloatTensor(List.of((long) values.length), values);
  }
}
