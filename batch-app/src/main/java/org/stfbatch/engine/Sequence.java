package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.TokenSpan;

/** A job on its way through the engine. After submission only the device thread touches it. */
final class Sequence {
  private static final double NANOS = 1e9;

  private final EngineJob job;
  private final PromptLayout layout;
  private final int tokensPerImage;
  private final int maxNewTokens;
  private final Optional<Prefix> prefix;
  private final int prefixLength;
  private final CompletableFuture<Outcome> future = new CompletableFuture<>();
  private final long submitted = System.nanoTime();
  private final List<Integer> generated = new ArrayList<>();
  private SplittableRandom random;
  private int attempts;
  private long begun;
  private long firstToken;

  /**
   * @param reuse whether its prefix is to be shared with others
   */
  Sequence(
      EngineJob job, PromptLayout layout, int tokensPerImage, int maxNewTokens, boolean reuse) {
    this.job = job;
    this.layout = layout;
    this.tokensPerImage = tokensPerImage;
    this.maxNewTokens = maxNewTokens;
    Optional<PromptLayout.ImagePlace> place =
        reuse ? layout.sharedImage(tokensPerImage) : Optional.empty();
    this.prefix = place.map(p -> Prefix.of(layout.idsBefore(p.start()), job.images().get(0)));
    this.prefixLength = place.map(PromptLayout.ImagePlace::end).orElse(0);
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

  /** What it shares with others, if it shares anything. */
  Optional<Prefix> prefix() {
    return prefix;
  }

  /** Positions of the prefix; 0 without one. */
  int prefixLength() {
    return prefixLength;
  }

  /** Positions of the prompt that are its own. */
  int ownLength() {
    return layout.length() - prefixLength;
  }

  /** The images that its own part of the prompt needs. */
  List<Pixels> ownImages() {
    return prefix.isEmpty() && layout.visionTokens() > 0 ? job.images() : List.of();
  }

  /** Positions that its slot must have room for. */
  int room() {
    return layout.length() + maxNewTokens;
  }

  /** Starts from the prompt, also again after a failed attempt. */
  void begin() {
    attempts++;
    generated.clear();
    random = new SplittableRandom(job.generation().seed());
    begun = System.nanoTime();
  }

  /**
   * The prompt's own part.
   *
   * @param rowOfImage at which row the vision tokens of each of {@link #ownImages} begin
   */
  TokenSpan ownSpan(int[] rowOfImage) {
    return layout.span(prefixLength, layout.length(), rowOfImage, tokensPerImage);
  }

  /** The prefix's image positions, with its vision tokens from {@code row} on. */
  TokenSpan imageSpan(int row) {
    return layout.span(
        prefixLength - tokensPerImage, prefixLength, new int[] {row}, tokensPerImage);
  }

  /** The prefix's text. */
  TokenSpan textSpan() {
    return layout.span(0, prefixLength - tokensPerImage, new int[0], tokensPerImage);
  }

  boolean isGreedy() {
    return job.generation().isGreedy();
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
