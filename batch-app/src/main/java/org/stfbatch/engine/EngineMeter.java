package org.stfbatch.engine;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.stfbatch.model.BranchingPrompt;
import org.stfbatch.model.TokenSpan;

/** Counts and times device calls. Written by the device thread, read by any thread. */
final class EngineMeter {
  private static final double NANOS = 1e9;

  private long images;
  private long prefillTokens;
  private long decodedTokens;
  private long steps;
  private long prefixHits;
  private long batchReductions;
  private long retries;
  private long encodeNanos;
  private long prefixNanos;
  private long stepNanos;
  private long decodeOnlySteps;
  private long decodeOnlyTokens;
  private long decodeOnlyNanos;
  private volatile long progressAt = System.nanoTime();

  /** Records progress of the device thread: it finished a call, or has nothing to do. */
  void progressed() {
    progressAt = System.nanoTime();
  }

  /** Returns the time since the device thread last made progress. */
  Duration sinceProgress() {
    return Duration.ofNanos(System.nanoTime() - progressAt);
  }

  void fusingImages(int pictures, Runnable call) {
    encoding(
        pictures,
        () -> {
          call.run();
          return pictures;
        });
  }

  <T> T encoding(int pictures, Supplier<T> call) {
    long started = System.nanoTime();
    T result = call.get();
    progressed();
    synchronized (this) {
      images += pictures;
      encodeNanos += System.nanoTime() - started;
    }
    return result;
  }

  void prefilling(List<TokenSpan> spans, Runnable call) {
    long started = System.nanoTime();
    call.run();
    progressed();
    synchronized (this) {
      prefillTokens += tokens(spans);
      prefixNanos += System.nanoTime() - started;
    }
  }

  int[] step(int decoding, List<TokenSpan> prompts, Supplier<int[]> call) {
    long started = System.nanoTime();
    int[] next = call.get();
    progressed();
    synchronized (this) {
      steps++;
      prefillTokens += tokens(prompts);
      decodedTokens += decoding + prompts.size();
      long nanos = System.nanoTime() - started;
      stepNanos += nanos;
      if (prompts.isEmpty()) {
        decodeOnlySteps++;
        decodeOnlyTokens += decoding;
        decodeOnlyNanos += nanos;
      }
    }
    return next;
  }

  <T> T scoring(List<BranchingPrompt> prompts, Supplier<T> call) {
    long started = System.nanoTime();
    T result = call.get();
    progressed();
    synchronized (this) {
      prefillTokens += prompts.stream().mapToLong(BranchingPrompt::tokens).sum();
      stepNanos += System.nanoTime() - started;
    }
    return result;
  }

  private static long tokens(List<TokenSpan> spans) {
    return spans.stream().mapToLong(TokenSpan::length).sum();
  }

  synchronized void prefixHit() {
    prefixHits++;
  }

  /** Counts sequences that use what was computed for another one. */
  synchronized void prefixHits(int sequences) {
    prefixHits += sequences;
  }

  synchronized void batchReduced() {
    batchReductions++;
  }

  synchronized void retry() {
    retries++;
  }

  synchronized EngineStatistics statistics() {
    return new EngineStatistics(
        images,
        prefillTokens,
        decodedTokens,
        steps,
        prefixHits,
        batchReductions,
        retries,
        encodeNanos / NANOS,
        prefixNanos / NANOS,
        stepNanos / NANOS,
        new EngineStatistics.DecodeSteps(
            decodeOnlySteps, decodeOnlyTokens, decodeOnlyNanos / NANOS));
  }
}
