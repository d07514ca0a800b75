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
 * A job on its way through the engine. It can enter once its prompt is laid out, which needs the
 * number of vision tokens that its images become. After submission only the device thread touches
 * it.
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
   * A prompt that is laid out.
   *
   * @param prefix what it shares with others, if it shares anything
   * @param prefixLength positions of the prefix; 0 without one
   * @param pruned the image that is pruned, if one is
   */
  private record Prompt(
      PromptLayout layout,
      Optional<Prefix> prefix,
      int prefixLength,
      Optional<PromptLayout.ImageSpan> pruned) {}

  /**
   * @param limit how long the prompt may be
   * @param use of a prefix that it has in common with others
   * @param pruning how the model prunes its image, if it does
   */
  Sequence(EngineJob job, PromptLimit limit, PrefixUse use, Optional<ImagePruning> pruning) {
    this.job = job;
    this.limit = limit;
    this.use = use;
    this.pruning = pruning;
  }

  /** The images of the prompt; one without markers has none. */
  final List<Pixels> images() {
    return PromptLayout.hasMarkers(job.promptIds()) ? job.images() : List.of();
  }

  /**
   * Lays out the tokens of the prompt, and truncates a prompt that is too long if it may be
   * truncated.
   *
   * @param imageTokens how many vision tokens each image has
   */
  final void layOut(int[] imageTokens) {
    PromptLayout layout = PromptLayout.of(job.promptIds(), imageTokens);
    if (layout.length() > limit.tokens() && limit.truncate() && limit.tokens() > 0) {
      layout = layout.cut(limit.tokens());
    }
    prompt = prompt(layout);
  }

  /**
   * Likewise, for as many vision tokens as its images have become.
   *
   * @param tokens of its images, kept until {@link #dropEncoded}
   */
  final void layOut(VisionTokens tokens) {
    layOut(tokens.counts());
    encoded = tokens;
  }

  /** Whether the tokens of the prompt are laid out. */
  final boolean isLaidOut() {
    return prompt != null;
  }

  /** It is not known any more how many vision tokens its images become. */
  final void forgetLayout() {
    prompt = null;
    encoded = null;
  }

  /** The vision tokens of its images, if they were encoded before they were to be run. */
  final Optional<VisionTokens> encoded() {
    return Optional.ofNullable(encoded);
  }

  /** They are being run. */
  final void dropEncoded() {
    encoded = null;
  }

  /**
   * In half precision an image that is encoded again, in other company, may become another number
   * of vision tokens.
   *
   * @throws ModelException if that has happened; tried again, it is laid out for the other number
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
        use == PrefixUse.NONE ? Optional.empty() : layout.sharedImage();
    return new Prompt(
        layout,
        image.map(p -> Prefix.of(layout.idsBefore(p.start()), job.images().get(0))),
        image.map(PromptLayout.ImageSpan::end).orElse(0),
        pruning.flatMap(how -> layout.imageBeforeText()));
  }

  /** Why a prompt that is laid out cannot be run, if it cannot. */
  final Optional<Failure> refusal() {
    PromptLayout layout = prompt.layout();
    if (layout.length() <= limit.tokens()) {
      return Optional.empty();
    }
    String message =
        "the prompt has %d tokens, %d of them vision tokens, and the model takes %d: shorten it, or cut it with --truncate"
            .formatted(layout.length(), layout.visionTokens(), Math.max(0, limit.tokens()));
    return Optional.of(
        new Failure(Stage.PROMPT, PromptErrorCode.PROMPT_TOO_LONG.name(), message, 1));
  }

  final CompletableFuture<Outcome> future() {
    return future;
  }

  /** How often it has been tried, this time included. */
  final int attempts() {
    return failedAttempts + 1;
  }

  /** It is to be tried again. */
  final void attemptFailed() {
    failedAttempts++;
  }

  /** What it shares with others, if it is laid out and shares anything. */
  final Optional<Prefix> prefix() {
    return isLaidOut() ? prompt.prefix() : Optional.empty();
  }

  /** What it will share with others, whatever its images become, unless its prompt is cut. */
  final Optional<Prefix> wantedPrefix() {
    int[] anyTokens = new int[job.images().size()];
    Arrays.fill(anyTokens, 1);
    return prompt(PromptLayout.of(job.promptIds(), anyTokens)).prefix();
  }

  /** Tokens of the prefix; 0 without one. */
  final int prefixLength() {
    return prompt.prefixLength();
  }

  /**
   * Tokens of the prefix in the cache: an image that is pruned later has none in the pruned layers.
   */
  final CacheLength prefixCacheLength() {
    return new CacheLength(prefixLength(), prefixLength() - waitingImageTokens());
  }

  /** Tokens of the prefix that its slot does not hold. */
  final int prefixInPlaceLength() {
    return use == PrefixUse.READ ? prefixLength() : 0;
  }

  /** The prefix that it reads in the prefix cache; none before it was found there. */
  final CachedPrefix cachedPrefix() {
    return use == PrefixUse.READ && entry != CachedPrefix.NO_ENTRY
        ? new CachedPrefix(entry, prefixLength())
        : CachedPrefix.NONE;
  }

  /** Hidden states that are kept with the prefix until they are pruned for this sequence. */
  private int waitingImageTokens() {
    return prompt.pruned().isPresent() ? prefixVisionTokens() : 0;
  }

  /** Tokens of its image that are pruned. */
  final int dropped() {
    return prompt.pruned().map(image -> pruning.orElseThrow().dropped(image.tokens())).orElse(0);
  }

  final CacheNeed need() {
    int own = room() - prefixInPlaceLength();
    CacheLength slot = new CacheLength(own, own - dropped());
    return new CacheNeed(slot, prefixCacheLength(), waitingImageTokens());
  }

  /** Vision tokens of the prefix; 0 without one. */
  final int prefixVisionTokens() {
    return prefix().isPresent() ? promptVisionTokens() : 0;
  }

  /** Tokens of the prompt. */
  final int promptLength() {
    return prompt.layout().length();
  }

  /** Tokens that are run when it enters. */
  int enteringTokens() {
    return promptLength() - prefixLength();
  }

  /** Whether its own part of the prompt needs its images. */
  final boolean hasOwnImages() {
    return prefix().isEmpty() && promptVisionTokens() > 0;
  }

  /** Tokens that it needs room for, those of its prefix included. */
  abstract int room();

  /** Starts from the prompt, also again after a failed attempt. */
  void begin() {
    begun = System.nanoTime();
  }

  /**
   * The prompt's own part.
   *
   * @param firstRow the row at which the vision tokens of its images begin, if its own part needs
   *     them
   */
  final TokenSpan ownSpan(int firstRow) {
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
   * else until the next sequence enters.
   */
  final void findPrefixAt(int entry) {
    this.entry = entry;
  }

  /** The prefix cache is empty now. */
  final void leavePrefix() {
    entry = CachedPrefix.NO_ENTRY;
  }

  /** The prefix's image positions, with its vision tokens from {@code firstRow} on. */
  final TokenSpan imageSpan(int firstRow) {
    return prompt.layout().span(prefixLength() - prefixVisionTokens(), prefixLength(), firstRow);
  }

  /** The prefix's text. */
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
