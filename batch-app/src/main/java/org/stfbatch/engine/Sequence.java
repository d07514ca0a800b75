package org.stfbatch.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CachedPrefix;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.PromptImage;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.prompt.PromptErrorCode;
import org.stfbatch.prompt.PromptLimit;

/**
 * A job in the engine. It can enter a slot once its prompt is laid out, which requires the number
 * of vision tokens of its images. After submission it is used by the device thread only.
 */
abstract sealed class Sequence permits GeneratedSequence, ScoredSequence {
  private static final double NANOS = 1e9;

  private final EngineJob job;
  private final PromptLimit limit;
  private final PrefixUse use;
  private final Optional<ImagePruning> pruning;
  private final CompletableFuture<Outcome> future = new CompletableFuture<>();
  private final long submitted = System.nanoTime();
  private Prompt prompt;
  private int entry = CachedPrefix.NO_ENTRY;
  private VisionTokens encoded;
  private int failedAttempts;
  private long begun;

  /**
   * A laid-out prompt.
   *
   * @param prefix the shared prefix, if there is one
   * @param prefixLength positions of the prefix; 0 without one
   * @param pruned the image that is pruned, if there is one
   */
  private record Prompt(
      PromptLayout layout,
      Optional<Prefix> prefix,
      int prefixLength,
      Optional<PromptLayout.ImageSpan> pruned) {}

  /**
   * @param limit length limit of the prompt
   * @param use of shared prefixes
   * @param pruning how the model prunes its image, if it does
   */
  Sequence(EngineJob job, PromptLimit limit, PrefixUse use, Optional<ImagePruning> pruning) {
    this.job = job;
    this.limit = limit;
    this.use = use;
    this.pruning = pruning;
  }

  /** Returns the images of the prompt; empty without markers. */
  final List<Pixels> images() {
    return PromptLayout.hasMarkers(job.promptIds()) ? job.images() : List.of();
  }

  /**
   * Lays out the prompt and truncates it to the limit if that is allowed.
   *
   * @param imageTokens number of vision tokens of each image
   */
  final void layOut(int[] imageTokens) {
    PromptLayout layout = PromptLayout.of(job.promptIds(), imageTokens);
    if (layout.length() > limit.tokens() && limit.truncate() && limit.tokens() > 0) {
      layout = layout.cut(limit.tokens());
    }
    prompt = prompt(layout);
  }

  /**
   * Lays out the prompt for encoded images.
   *
   * @param tokens of its images, kept until {@link #dropEncoded}
   */
  final void layOut(VisionTokens tokens) {
    layOut(tokens.counts());
    encoded = tokens;
  }

  /** Returns whether the prompt is laid out. */
  final boolean isLaidOut() {
    return prompt != null;
  }

  /** Removes the layout: the number of vision tokens is unknown again. */
  final void clearLayout() {
    prompt = null;
    encoded = null;
  }

  /** Returns the vision tokens of its images, if they were encoded ahead. */
  final Optional<VisionTokens> encoded() {
    return Optional.ofNullable(encoded);
  }

  /** Releases the encoded images, which are being run. */
  final void dropEncoded() {
    encoded = null;
  }

  /**
   * Checks an image's number of vision tokens. In half precision, an image that is encoded again in
   * another batch can have a different number.
   *
   * @throws ModelException if the number has changed; a retry lays the prompt out for the new
   *     number
   */
  final void requireImageTokens(int image, int tokens) {
    int expected = prompt.layout().imageTokens()[image];
    if (tokens != expected) {
      throw new ModelException(
          "an image became %d vision tokens, and %d before".formatted(tokens, expected), null);
    }
  }

  private Prompt prompt(PromptLayout layout) {
    Optional<PromptLayout.ImageSpan> image =
        use.isCached() ? layout.sharedImage() : Optional.empty();
    return new Prompt(
        layout,
        image.map(p -> Prefix.of(layout.idsBefore(p.start()), job.images().get(0))),
        image.map(PromptLayout.ImageSpan::end).orElse(0),
        pruning.flatMap(how -> layout.imageBeforeText()));
  }

  /** Returns the failure of a laid-out prompt that cannot be run, if there is one. */
  final Optional<Failure> refusal() {
    PromptLayout layout = prompt.layout();
    if (layout.length() <= limit.tokens()) {
      return Optional.empty();
    }
    String cure =
        layout.visionTokens() < limit.tokens()
            ? "shorten it, or cut it with --truncate"
            : "reduce the vision tokens with --compress, or use another checkpoint";
    String message =
        "the prompt has %d tokens, %d of them vision tokens, and the model takes %d: %s"
            .formatted(layout.length(), layout.visionTokens(), Math.max(0, limit.tokens()), cure);
    return Optional.of(
        new Failure(Stage.PROMPT, PromptErrorCode.PROMPT_TOO_LONG.name(), message, 1));
  }

  final CompletableFuture<Outcome> future() {
    return future;
  }

  /** Returns the number of attempts, including the current one. */
  final int attempts() {
    return failedAttempts + 1;
  }

  /** Counts a failed attempt. */
  final void countFailedAttempt() {
    failedAttempts++;
  }

  /** Returns the shared prefix, if the prompt is laid out and has one. */
  final Optional<Prefix> prefix() {
    return isLaidOut() ? prompt.prefix() : Optional.empty();
  }

  /**
   * Returns the prefix that it will share for any number of vision tokens, unless its prompt is
   * truncated.
   */
  final Optional<Prefix> wantedPrefix() {
    int[] anyTokens = new int[job.images().size()];
    Arrays.fill(anyTokens, 1);
    return prompt(PromptLayout.of(job.promptIds(), anyTokens)).prefix();
  }

  /** Returns the number of tokens of the prefix; 0 without one. */
  final int prefixLength() {
    return prompt.prefixLength();
  }

  /**
   * Returns the length of the prefix in the cache: an image that is pruned later has no positions
   * in the pruned layers.
   */
  final CacheLength prefixCacheLength() {
    return new CacheLength(prefixLength(), prefixLength() - unprunedImageTokens());
  }

  /** Returns the number of prefix tokens that are read in place and not stored in its slot. */
  final int prefixInPlaceLength() {
    return use == PrefixUse.READ ? prefixLength() : 0;
  }

  /** Returns the prefix cache entry that it reads in place; none before the entry is set. */
  final CachedPrefix cachedPrefix() {
    return use == PrefixUse.READ && entry != CachedPrefix.NO_ENTRY
        ? new CachedPrefix(entry, prefixLength())
        : CachedPrefix.NONE;
  }

  /**
   * Number of image hidden states that are kept with the prefix until they are pruned for this
   * sequence.
   */
  private int unprunedImageTokens() {
    return prompt.pruned().isPresent() ? prefixVisionTokens() : 0;
  }

  /** Returns the number of pruned tokens of its image. */
  final int dropped() {
    return prompt.pruned().map(image -> pruning.orElseThrow().dropped(image.tokens())).orElse(0);
  }

  final CacheNeed need() {
    int own = room() - prefixInPlaceLength();
    CacheLength slot = new CacheLength(own, own - dropped());
    return new CacheNeed(slot, prefixCacheLength(), unprunedImageTokens());
  }

  /** Returns the number of vision tokens of the prefix; 0 without one. */
  final int prefixVisionTokens() {
    return prefix().isPresent() ? promptVisionTokens() : 0;
  }

  /** Returns the laid-out prompt, its prefix included. */
  final PromptLayout layout() {
    return prompt.layout();
  }

  /** Returns the number of tokens of the prompt. */
  final int promptLength() {
    return prompt.layout().length();
  }

  /** Returns the number of tokens that are run when it enters. */
  int enteringTokens() {
    return promptLength() - prefixLength();
  }

  /** Returns whether its embeddings come from pre-fusion. */
  final boolean isFused() {
    return use == PrefixUse.FUSED && !images().isEmpty();
  }

  /** Returns the ids of a fused prompt up to the last position that is run. */
  final int[] fusedIds() {
    int[] ids = job.promptIds();
    int positions = 0;
    int count = 0;
    while (positions < promptLength()) {
      positions += PromptLayout.isMarker(ids[count]) ? prompt.layout().imageTokens()[0] : 1;
      count++;
    }
    return Arrays.copyOf(ids, count);
  }

  /** Returns whether the part of the prompt after the shared prefix contains images. */
  final boolean hasOwnImages() {
    return isFused() || prefix().isEmpty() && promptVisionTokens() > 0;
  }

  /** Returns the number of cache positions that it needs, including those of its prefix. */
  abstract int room();

  /** Starts from the prompt, also for a retry. */
  void begin() {
    begun = System.nanoTime();
  }

  /**
   * Returns the part of the prompt after the shared prefix.
   *
   * @param firstRow first row of its images' vision tokens, if this part contains images
   */
  final TokenSpan ownSpan(int firstRow) {
    if (isFused()) {
      return prompt.layout().fusedSpan(firstRow);
    }
    TokenSpan own =
        prompt.layout().span(prefixLength(), promptLength(), firstRow).behind(cachedPrefix());
    return prompt.pruned().map(image -> own.pruning(promptImage(image))).orElse(own);
  }

  private PromptImage promptImage(PromptLayout.ImageSpan image) {
    int where = prompt.prefix().isPresent() ? entry : PromptImage.IN_SPAN;
    return new PromptImage(image.start(), image.tokens(), where);
  }

  /**
   * Sets the prefix cache entry of its prefix: valid while it runs if the entry is read in place,
   * otherwise until the next sequence enters.
   */
  final void setPrefixEntry(int entry) {
    this.entry = entry;
  }

  /** Clears the prefix cache entry, because the prefix cache was cleared. */
  final void clearPrefixEntry() {
    entry = CachedPrefix.NO_ENTRY;
  }

  /** Returns the prefix's image positions, with vision tokens from row {@code firstRow} on. */
  final TokenSpan imageSpan(int firstRow) {
    return prompt.layout().span(prefixLength() - prefixVisionTokens(), prefixLength(), firstRow);
  }

  /** Returns the prefix's text positions. */
  final TokenSpan textSpan() {
    return prompt.layout().span(0, prefixLength() - prefixVisionTokens(), 0);
  }

  final int promptTextTokens() {
    return promptLength() - promptVisionTokens();
  }

  final int promptVisionTokens() {
    return prompt.layout().visionTokens();
  }

  /**
   * Returns its timings until now.
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
