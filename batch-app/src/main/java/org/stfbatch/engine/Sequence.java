package org.stfbatch.engine;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.TokenSpan;

/** A job on its way through the engine. After submission only the device thread touches it. */
abstract sealed class Sequence permits GeneratedSequence, ScoredSequence {
  private static final double NANOS = 1e9;

  private final List<Pixels> images;
  private final PromptLayout layout;
  private final int tokensPerImage;
  private final Optional<Prefix> prefix;
  private final int prefixLength;
  private final CompletableFuture<Outcome> future = new CompletableFuture<>();
  private final long submitted = System.nanoTime();
  private int attempts;
  private long begun;

  /**
   * @param reuse whether its prefix is to be shared with others
   */
  Sequence(List<Pixels> images, PromptLayout layout, int tokensPerImage, boolean reuse) {
    this.images = images;
    this.layout = layout;
    this.tokensPerImage = tokensPerImage;
    Optional<PromptLayout.ImagePlace> place =
        reuse ? layout.sharedImage(tokensPerImage) : Optional.empty();
    this.prefix = place.map(p -> Prefix.of(layout.idsBefore(p.start()), images.get(0)));
    this.prefixLength = place.map(PromptLayout.ImagePlace::end).orElse(0);
  }

  final CompletableFuture<Outcome> future() {
    return future;
  }

  final int attempts() {
    return attempts;
  }

  /** What it shares with others, if it shares anything. */
  final Optional<Prefix> prefix() {
    return prefix;
  }

  /** Positions of the prefix; 0 without one. */
  final int prefixLength() {
    return prefixLength;
  }

  /** Positions of the prompt. */
  final int promptLength() {
    return layout.length();
  }

  /** Tokens that are run when it enters. */
  int enteringTokens() {
    return layout.length() - prefixLength;
  }

  /** The images that its own part of the prompt needs. */
  final List<Pixels> ownImages() {
    return prefix.isEmpty() && layout.visionTokens() > 0 ? images : List.of();
  }

  /** Places that its slot must have. */
  abstract int room();

  /** Starts from the prompt, also again after a failed attempt. */
  void begin() {
    attempts++;
    begun = System.nanoTime();
  }

  /**
   * The prompt's own part.
   *
   * @param rowOfImage at which row the vision tokens of each of {@link #ownImages} begin
   */
  final TokenSpan ownSpan(int[] rowOfImage) {
    return layout.span(prefixLength, layout.length(), rowOfImage, tokensPerImage);
  }

  /** The prefix's image positions, with its vision tokens from {@code row} on. */
  final TokenSpan imageSpan(int row) {
    return layout.span(
        prefixLength - tokensPerImage, prefixLength, new int[] {row}, tokensPerImage);
  }

  /** The prefix's text. */
  final TokenSpan textSpan() {
    return layout.span(0, prefixLength - tokensPerImage, new int[0], tokensPerImage);
  }

  final int promptTextTokens() {
    return layout.length() - layout.visionTokens();
  }

  final int promptVisionTokens() {
    return layout.visionTokens();
  }

  /**
   * Where its time went until now.
   *
   * @param prompted when its prompt had been run, by {@link System#nanoTime}
   */
  final Timings timings(long prompted) {
    return new Timings(
        (begun - submitted) / NANOS,
        (prompted - begun) / NANOS,
        (System.nanoTime() - prompted) / NANOS);
  }
}
