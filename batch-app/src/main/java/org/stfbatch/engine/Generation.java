package org.stfbatch.engine;

import java.util.List;

/**
 * How an answer is generated.
 *
 * @param maxNewTokens at most so many tokens, at least 1
 * @param temperature 0 for the likeliest token at every step, else the divisor of the logits
 * @param topP sample among the likeliest tokens that together reach this probability; 1 for all
 * @param seed what the random numbers start from: an answer depends on the job and its seed, never
 *     on its batch
 * @param stop texts at which the answer ends; they are not part of it
 */
public record Generation(
    int maxNewTokens, double temperature, double topP, long seed, List<String> stop)
    implements Task {
  public Generation {
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max new tokens must be at least 1, not " + maxNewTokens);
    }
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be 0 or more, not " + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p must be above 0 and at most 1, not " + topP);
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("a stop text must not be empty");
    }
    stop = List.copyOf(stop);
  }

  /** The likeliest token at every step, up to {@code maxNewTokens}. */
  public static Generation greedy(int maxNewTokens) {
    return new Generation(maxNewTokens, 0, 1, 0, List.of());
  }

  /** Whether the likeliest token is taken, so that no logits are needed. */
  public boolean isGreedy() {
    return temperature == 0;
  }
}
