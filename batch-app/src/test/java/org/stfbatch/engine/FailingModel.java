package org.stfbatch.engine;

import java.util.List;
import java.util.function.Predicate;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.NextTokens;
import org.stfbatch.model.PromptBatch;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaConfig;

/** A real model on a device that fails under some condition, as devices do when memory is short. */
final class FailingModel implements VisionLanguageModel {
  private final VisionLanguageModel model;
  private final Trouble trouble;

  /** Which calls fail, and how. */
  record Trouble(Predicate<PromptBatch> prefill, Predicate<int[]> decode, ModelException error) {}

  FailingModel(VisionLanguageModel model, Trouble trouble) {
    this.model = model;
    this.trouble = trouble;
  }

  /** Calls of more than so many sequences fail. */
  static Trouble beyond(int sequences, ModelException error) {
    return new Trouble(
        batch -> batch.rows().size() > sequences, ids -> ids.length > sequences, error);
  }

  /** Prompts of exactly this length fail. */
  static Trouble promptOf(int length, ModelException error) {
    return new Trouble(
        batch -> batch.rows().stream().anyMatch(row -> row.tokenIds().length == length),
        ids -> false,
        error);
  }

  @Override
  public LlavaConfig config() {
    return model.config();
  }

  @Override
  public VisionTokens encodeImages(List<byte[]> pixels) {
    return model.encodeImages(pixels);
  }

  @Override
  public void reserve(int slots, int positions) {
    model.reserve(slots, positions);
  }

  @Override
  public NextTokens prefill(PromptBatch batch, VisionTokens vision, boolean withLogits) {
    if (trouble.prefill().test(batch)) {
      throw trouble.error();
    }
    return model.prefill(batch, vision, withLogits);
  }

  @Override
  public NextTokens decode(int[] tokenIds, int[] at, boolean withLogits) {
    if (trouble.decode().test(tokenIds)) {
      throw trouble.error();
    }
    return model.decode(tokenIds, at, withLogits);
  }

  @Override
  public void close() {
    model.close();
  }
}
