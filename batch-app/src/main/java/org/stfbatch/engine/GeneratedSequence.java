package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.prompt.PromptLimit;

/** A job whose answer is written token by token. */
final class GeneratedSequence extends Sequence {
  private final Generation generation;
  private final int context;
  private final List<Integer> generated = new ArrayList<>();
  private SplittableRandom random;
  private long firstToken;

  /**
   * @param context the model's, in positions: prompt and answer together have no more
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

  /** Places of its slot that it has filled. */
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
