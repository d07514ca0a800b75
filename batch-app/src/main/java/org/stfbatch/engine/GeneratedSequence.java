package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.stfbatch.image.Pixels;

/** A job whose answer is written token by token. */
final class GeneratedSequence extends Sequence {
  private final Generation generation;
  private final int maxNewTokens;
  private final List<Integer> generated = new ArrayList<>();
  private SplittableRandom random;
  private long firstToken;

  /**
   * @param maxNewTokens what the model's context leaves of the generation's
   */
  GeneratedSequence(
      Generation generation,
      List<Pixels> images,
      PromptLayout layout,
      int tokensPerImage,
      int maxNewTokens,
      boolean reuse) {
    super(images, layout, tokensPerImage, reuse);
    this.generation = generation;
    this.maxNewTokens = maxNewTokens;
  }

  Generation generation() {
    return generation;
  }

  List<Integer> generated() {
    return generated;
  }

  @Override
  int room() {
    return promptLength() + maxNewTokens;
  }

  @Override
  void begin() {
    super.begin();
    generated.clear();
    random = new SplittableRandom(generation.seed());
  }

  /**
   * The next random number of this sequence, not negative: one for each token, whatever it is
   * batched with.
   */
  long nextKey() {
    return random.nextLong() >>> 1;
  }

  void accept(int tokenId) {
    if (generated.isEmpty()) {
      firstToken = System.nanoTime();
    }
    generated.add(tokenId);
  }

  int newestToken() {
    return generated.get(generated.size() - 1);
  }

  /** Where the newest token stands. */
  int position() {
    return promptLength() + generated.size() - 1;
  }

  boolean isFull() {
    return generated.size() >= maxNewTokens;
  }

  Answer answer(String text, FinishReason reason) {
    return new Answer(
        text, generated, reason, promptTextTokens(), promptVisionTokens(), timings(firstToken));
  }
}
