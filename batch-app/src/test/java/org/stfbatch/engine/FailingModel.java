package org.stfbatch.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.CacheCost;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.Sampling;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaConfig;

/** A real model whose device calls fail under given conditions. */
final class FailingModel implements VisionLanguageModel {
  private final VisionLanguageModel model;
  private final Fault fault;

  /** A fault that is injected at calls to the device. */
  interface Fault {
    /** Throws to make the call fail without running it. */
    void before(Call call);

    /** Throws to make the call fail after running it. */
    default void after(Call call) {}

    /** Replaces the tokens of a step. */
    default int[] tokens(int[] next) {
      return next;
    }

    /** Replaces the log-probabilities of scoring. */
    default List<double[]> scores(List<double[]> scores) {
      return scores;
    }
  }

  /**
   * @param method of {@link VisionLanguageModel}
   * @param decoding of a step
   * @param prompts of a step
   * @param shape to be reserved
   * @param pixels to be encoded
   */
  record Call(
      String method,
      Decoding decoding,
      List<TokenSpan> prompts,
      CacheShape shape,
      List<byte[]> pixels) {
    private static Call to(String method) {
      return new Call(method, Decoding.NONE, List.of(), CacheShape.NONE, List.of());
    }

    boolean isStep() {
      return method.equals("step") || method.equals("score");
    }
  }

  FailingModel(VisionLanguageModel model, Fault fault) {
    this.model = model;
    this.fault = fault;
  }

  /** Makes steps of more than {@code sequences} sequences fail. */
  static Fault beyond(int sequences, RuntimeException error) {
    return call -> {
      if (call.isStep() && call.decoding().count() + call.prompts().size() > sequences) {
        throw error;
      }
    };
  }

  /** Makes prompts of exactly this length fail. */
  static Fault promptOf(int length, RuntimeException error) {
    return call -> {
      if (call.isStep() && call.prompts().stream().anyMatch(prompt -> prompt.end() == length)) {
        throw error;
      }
    };
  }

  /** Makes reservations of more than {@code slots} slots fail. */
  static Fault cacheBeyond(int slots, Throwable error) {
    return call -> {
      if (call.shape().slots() > slots) {
        raise(error);
      }
    };
  }

  /** Makes one call of a method fail, counted from 1. */
  static Fault atCall(String method, int number, Throwable error) {
    AtomicInteger calls = new AtomicInteger();
    return call -> {
      if (call.method().equals(method) && calls.incrementAndGet() == number) {
        raise(error);
      }
    };
  }

  static void raise(Throwable error) {
    if (error instanceof Error fatal) {
      throw fatal;
    }
    throw (RuntimeException) error;
  }

  private void run(Call call, Runnable work) {
    fault.before(call);
    work.run();
    fault.after(call);
  }

  private <T> T get(Call call, Supplier<T> work) {
    fault.before(call);
    T result = work.get();
    fault.after(call);
    return result;
  }

  @Override
  public LlavaConfig config() {
    return model.config();
  }

  @Override
  public Optional<ImagePruning> pruning() {
    return model.pruning();
  }

  @Override
  public CacheCost cacheCost() {
    return model.cacheCost();
  }

  @Override
  public boolean readsPrefixesInPlace() {
    return model.readsPrefixesInPlace();
  }

  @Override
  public long freeBytes() {
    return model.freeBytes();
  }

  @Override
  public OptionalInt tokensPerImage() {
    return model.tokensPerImage();
  }

  @Override
  public VisionTokens encodeImages(List<byte[]> pixels) {
    Call call = new Call("encodeImages", Decoding.NONE, List.of(), CacheShape.NONE, pixels);
    return get(call, () -> model.encodeImages(pixels));
  }

  @Override
  public void reserve(CacheShape shape) {
    Call call = new Call("reserve", Decoding.NONE, List.of(), shape, List.of());
    run(call, () -> model.reserve(shape));
  }

  @Override
  public void fillPrefixes(List<TokenSpan> spans, int[] entries, VisionTokens vision) {
    run(Call.to("fillPrefixes"), () -> model.fillPrefixes(spans, entries, vision));
  }

  @Override
  public void copyPrefix(int source, int[] targets, int length) {
    run(Call.to("copyPrefix"), () -> model.copyPrefix(source, targets, length));
  }

  @Override
  public void copyPrefixesToSlots(int[] entries, int[] slots, List<CacheLength> lengths) {
    run(Call.to("copyPrefixesToSlots"), () -> model.copyPrefixesToSlots(entries, slots, lengths));
  }

  @Override
  public void moveSlots(int[] sources, int[] targets, List<CacheLength> lengths) {
    run(Call.to("moveSlots"), () -> model.moveSlots(sources, targets, lengths));
  }

  @Override
  public void eraseSlot(int slot) {
    run(Call.to("eraseSlot"), () -> model.eraseSlot(slot));
  }

  @Override
  public void erasePrefix(int entry) {
    run(Call.to("erasePrefix"), () -> model.erasePrefix(entry));
  }

  @Override
  public int[] step(
      Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Sampling sampling) {
    Call call = new Call("step", decoding, prompts, CacheShape.NONE, List.of());
    return fault.tokens(get(call, () -> model.step(decoding, prompts, vision, sampling)));
  }

  @Override
  public List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision) {
    List<TokenSpan> ends = prompts.stream().map(BranchingPrompt::end).toList();
    Call call = new Call("score", Decoding.NONE, ends, CacheShape.NONE, List.of());
    return fault.scores(get(call, () -> model.score(firstSlot, prompts, vision)));
  }

  @Override
  public void close() {
    model.close();
  }
}
