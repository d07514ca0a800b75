package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.model.PromptBatch;

/** A job on its way through the engine. After submission only the device thread touches it. */
final class Sequence {
  private static final double NANOS = 1e9;

  private final EngineJob job;
  private final PromptLayout layout;
  private final int maxNewTokens;
  private final CompletableFuture<Outcome> future = new CompletableFuture<>();
  private final long submitted = System.nanoTime();
  private final List<Integer> generated = new ArrayList<>();
  private Sampler sampler;
  private int attempts;
  private long begun;
  private long firstToken;

  Sequence(EngineJob job, PromptLayout layout, int maxNewTokens) {
    this.job = job;
    this.layout = layout;
    this.maxNewTokens = maxNewTokens;
  }

  EngineJob job() {
    return job;
  }

  CompletableFuture<Outcome> future() {
    return future;
  }

  int attempts() {
    return attempts;
  }

  List<Integer> generated() {
    return generated;
  }

  /** Positions that its slot must have room for. */
  int room() {
    return layout.length() + maxNewTokens;
  }

  /** Starts from the prompt, also again after a failed attempt. */
  void begin() {
    attempts++;
    generated.clear();
    sampler = Sampler.of(job.generation());
    begun = System.nanoTime();
  }

  /**
   * The prompt as a row of a batch whose vision tokens hold this sequence's images from {@code
   * firstVisionRow} on.
   */
  PromptBatch.Row row(int slot, int[] imageOffsets, int tokensPerImage) {
    int[] visionIndex = layout.visionIndex().clone();
    for (int i = 0; i < visionIndex.length; i++) {
      if (visionIndex[i] != PromptBatch.TEXT) {
        int image = visionIndex[i] / tokensPerImage;
        visionIndex[i] = imageOffsets[image] + visionIndex[i] % tokensPerImage;
      }
    }
    return new PromptBatch.Row(slot, layout.tokenIds(), visionIndex);
  }

  boolean usesImages() {
    return layout.visionTokens() > 0;
  }

  boolean isGreedy() {
    return job.generation().isGreedy();
  }

  void accept(int tokenId) {
    if (generated.isEmpty()) {
      firstToken = System.nanoTime();
    }
    generated.add(tokenId);
  }

  int sample(float[] logits) {
    return sampler.sample(logits);
  }

  int newestToken() {
    return generated.get(generated.size() - 1);
  }

  /** Where the newest token stands. */
  int position() {
    return layout.length() + generated.size() - 1;
  }

  boolean isFull() {
    return generated.size() >= maxNewTokens;
  }

  Answer answer(String text, FinishReason reason) {
    int vision = layout.visionTokens();
    Timings timings =
        new Timings(
            (begun - submitted) / NANOS,
            (firstToken - begun) / NANOS,
            (System.nanoTime() - firstToken) / NANOS);
    return new Answer(text, generated, reason, layout.length() - vision, vision, timings);
  }
}
