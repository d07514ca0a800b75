package org.stfbatch.bench;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.CachedPrefix;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Sampling;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionTokens;

/**
 * Model with random weights and a filled KV cache: each slot contains a prompt, laid out as the
 * engine does it. Used by one thread.
 */
final class DecodingModel implements AutoCloseable {
  /**
   * About the length of a LLaVA-STF prompt's prefix: some text and an image. The question follows
   * it.
   */
  static final int PREFIX_POSITIONS = 180;

  static final int POSITIONS = 200;

  private static final int PREFIX_LENGTH = 192;
  private static final int SLOT_LENGTH = 256;
  private static final int OWN_LENGTH = 32;

  /** Number of prompts per call. */
  private static final int CALL = 8;

  private final DecodePlan plan;
  private final ModelSettings settings;
  private final LlavaModel model;
  private final SplittableRandom random = new SplittableRandom(1);

  private DecodingModel(DecodePlan plan, ModelSettings settings, LlavaModel model) {
    this.plan = plan;
    this.settings = settings;
    this.model = model;
  }

  static DecodingModel of(DecodePlan plan, ModelSettings settings) {
    LlavaModel model = LlavaModel.random(plan.model().config(), settings);
    DecodingModel filled = new DecodingModel(plan, settings, model);
    try {
      filled.fill();
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return filled;
  }

  ModelSettings settings() {
    return settings;
  }

  private void fill() {
    int sequences = plan.mostSequences();
    int prefixes = plan.prefixes(sequences);
    int length = model.readsPrefixesInPlace() ? OWN_LENGTH : SLOT_LENGTH;
    model.reserve(new CacheShape(sequences, length, prefixes, PREFIX_LENGTH));
    for (int first = 0; first < prefixes; first += CALL) {
      int[] call = IntStream.range(first, Math.min(prefixes, first + CALL)).toArray();
      List<TokenSpan> spans =
          IntStream.of(call).mapToObj(entry -> text(0, PREFIX_POSITIONS)).toList();
      model.fillPrefixes(spans, call, none());
    }
    if (!model.readsPrefixesInPlace()) {
      int[] slots = IntStream.range(0, sequences).toArray();
      model.copyPrefixesToSlots(
          IntStream.of(slots).map(this::entry).toArray(),
          slots,
          Collections.nCopies(sequences, CacheLength.of(PREFIX_POSITIONS)));
    }
    List<TokenSpan> prompts =
        IntStream.range(0, sequences)
            .mapToObj(
                slot ->
                    text(PREFIX_POSITIONS, POSITIONS - PREFIX_POSITIONS).behind(cachedPrefix(slot)))
            .toList();
    model.step(Decoding.NONE, prompts, none(), Sampling.GREEDY);
  }

  private TokenSpan text(int offset, int tokens) {
    int[] text = new int[tokens];
    Arrays.fill(text, TokenSpan.TEXT);
    int vocabulary = plan.model().config().language().vocabSize();
    return new TokenSpan(offset, random.ints(tokens, 0, vocabulary).toArray(), text);
  }

  private CachedPrefix cachedPrefix(int slot) {
    return model.readsPrefixesInPlace()
        ? new CachedPrefix(entry(slot), PREFIX_POSITIONS)
        : CachedPrefix.NONE;
  }

  private int entry(int slot) {
    return slot / plan.questionsPerImage();
  }

  private VisionTokens none() {
    return VisionTokens.none(plan.model().config().language().hiddenSize());
  }

  /** Runs a step of the first {@code batch} sequences; returns its seconds. */
  double seconds(int batch) {
    int[] positions = new int[batch];
    Arrays.fill(positions, POSITIONS);
    Decoding decoding =
        new Decoding(
            new int[batch],
            positions,
            new int[batch],
            IntStream.range(0, batch).mapToObj(this::cachedPrefix).toList());
    return Timing.sample(() -> model.step(decoding, List.of(), none(), Sampling.GREEDY));
  }

  /** Returns the number of cache positions that such a step reads. */
  double positionsRead(int batch) {
    int prefixes = model.readsPrefixesInPlace() ? plan.prefixes(batch) : batch;
    int own = POSITIONS + 1 - PREFIX_POSITIONS;
    return (double) prefixes * PREFIX_POSITIONS + (double) batch * own;
  }

  @Override
  public void close() {
    model.close();
  }
}
