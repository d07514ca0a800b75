package org.stfbatch.engine;

import java.util.List;
import java.util.function.BiPredicate;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.Choice;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaConfig;

/** A real model on a device that fails under some condition, as devices do when memory is short. */
final class FailingModel implements VisionLanguageModel {
  private final VisionLanguageModel model;
  private final Trouble trouble;

  /** Which steps fail, and how. */
  record Trouble(BiPredicate<Decoding, List<TokenSpan>> step, ModelException error) {}

  FailingModel(VisionLanguageModel model, Trouble trouble) {
    this.model = model;
    this.trouble = trouble;
  }

  /** Steps of more than so many sequences fail. */
  static Trouble beyond(int sequences, ModelException error) {
    return new Trouble((decoding, prompts) -> decoding.count() + prompts.size() > sequences, error);
  }

  /** Prompts of exactly this length fail. */
  static Trouble promptOf(int length, ModelException error) {
    return new Trouble(
        (decoding, prompts) -> prompts.stream().anyMatch(prompt -> prompt.end() == length), error);
  }

  @Override
  public LlavaConfig config() {
    return model.config();
  }

  @Override
  public long bytesPerPosition() {
    return model.bytesPerPosition();
  }

  @Override
  public long freeBytes() {
    return model.freeBytes();
  }

  @Override
  public VisionTokens encodeImages(List<byte[]> pixels) {
    return model.encodeImages(pixels);
  }

  @Override
  public void reserve(CacheShape shape) {
    model.reserve(shape);
  }

  @Override
  public void fillShelves(List<TokenSpan> spans, int[] shelves, VisionTokens vision) {
    model.fillShelves(spans, shelves, vision);
  }

  @Override
  public void copyShelf(int source, int[] targets, int length) {
    model.copyShelf(source, targets, length);
  }

  @Override
  public void takeFromShelves(int[] shelves, int[] slots, int[] lengths) {
    model.takeFromShelves(shelves, slots, lengths);
  }

  @Override
  public void moveSlots(int[] sources, int[] targets, int[] lengths) {
    model.moveSlots(sources, targets, lengths);
  }

  @Override
  public int[] step(
      Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Choice choice) {
    if (trouble.step().test(decoding, prompts)) {
      throw trouble.error();
    }
    return model.step(decoding, prompts, vision, choice);
  }

  @Override
  public List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision) {
    if (trouble.step().test(Decoding.NONE, prompts.stream().map(BranchingPrompt::end).toList())) {
      throw trouble.error();
    }
    return model.score(firstSlot, prompts, vision);
  }

  @Override
  public void close() {
    model.close();
  }
}
