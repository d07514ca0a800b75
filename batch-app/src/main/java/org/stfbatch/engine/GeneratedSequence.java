package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.TokenPenalties;
import org.stfbatch.prompt.PromptLimit;

/** A sequence whose answer is generated token by token. */
final class GeneratedSequence extends Sequence {
  private final Generation generation;
  private final int context;
  private final List<Integer> generated = new ArrayList<>();
  private SplittableRandom random;
  private RepetitionDetector repetition;

  /** Null until the first step, and without penalties. */
  private PenaltyState penaltyState;

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
    repetition = new RepetitionDetector(generation.repetitionDetection());
    penaltyState = null;
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
    repetition.accept(generated);
    if (isPenalized()) {
      penaltyState().accept(tokenId);
    }
  }

  boolean isPenalized() {
    return !generation.penalties().isNone();
  }

  /**
   * Returns the penalties on its next token.
   *
   * @param row its row of the step
   */
  TokenPenalties.Row penalties(int row) {
    return penaltyState().row(row);
  }

  private PenaltyState penaltyState() {
    if (penaltyState == null) {
      penaltyState = new PenaltyState(generation.penalties(), layout());
    }
    return penaltyState;
  }

  /** Returns whether its last tokens repeat those before them. */
  boolean isRepetition() {
    return repetition.excessTokens() > 0;
  }

  /** Returns its tokens without those that repeat the ones before them. */
  List<Integer> withoutRepetition() {
    return generated.subList(0, generated.size() - repetition.excessTokens());
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
