package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.prompt.PromptLimit;

/** A sequence whose answer is generated token by token. */
final class GeneratedSequence extends Sequence {
  private final Generation generation;
  private final int context;
  private final List<Integer> generated = new ArrayList<>();
  private SplittableRandom random;
  private long firstToken;

  /**
   * @param context the model's context in positions, the limit of prompt and answer together
   */
  GeneratedSequence(
      EngineJob job,
      Generation generation,
      PromptLimit limit,
      int context,
      PrefixUse use,
      Optional<ImagePruning> pruning) {
    super(job, limit, use, pruning);
    this.generation = generation;
    this.context = context;
  }

  Generation generation() {
    return generation;
  }

  List<Integer> generated() {
    return generated;
  }

  @Override
  int room() {
    return promptLength() + maxNewTokens();
  }

  private int maxNewTokens() {
    return Math.min(context - promptLength(), generation.maxNewTokens());
  }

  @Override
  void begin() {
    super.begin();
    generated.clear();
    random = new SplittableRandom(generation.seed());
  }

  /**
   * Returns the next non-negative random key of this sequence: one per token, independent of the
   * batch.
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

  /** Returns the position of the newest token. */
  int position() {
    return promptLength() + generated.size() - 1;
  }

  /** Returns the filled length of its slot. */
  CacheLength length() {
    int own = position() - prefixInPlaceLength();
    return new CacheLength(own, own - dropped());
  }

  boolean isFull() {
    return generated.size() >= maxNewTokens();
  }

  Answer answer(String text, FinishReason reason) {
    return new Answer(
        text, generated, reason, promptTextTokens(), promptVisionTokens(), timings(firstToken));
  }
}
