package org.stfbatch.engine;

import java.util.List;

/**
 * Generation task: greedy decoding or nucleus sampling.
 *
 * @param maxNewTokens maximum number of tokens, at least 1
 * @param temperature divisor of the logits; 0 for greedy decoding
 * @param topP nucleus sampling: samples among the most probable tokens whose probabilities add up
 *     to this; 1 for all
 * @param seed of the random numbers: an answer depends on the job and its seed, never on its batch
 * @param stop texts that end the answer; they are not part of it
 * @param penalties on the logits, before the temperature
 * @param repetitionDetection when the answer ends because it repeats itself
 */
public record Generation(
    int maxNewTokens,
    double temperature,
    double topP,
    long seed,
    List<String> stop,
    Penalties penalties,
    RepetitionDetection repetitionDetection)
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

  /** Generates without penalties, and lets the answer repeat itself. */
  public Generation(
      int maxNewTokens, double temperature, double topP, long seed, List<String> stop) {
    this(maxNewTokens, temperature, topP, seed, stop, Penalties.NONE, RepetitionDetection.OFF);
  }

  /** Returns greedy decoding of up to {@code maxNewTokens} tokens. */
  public static Generation greedy(int maxNewTokens) {
    return new Generation(maxNewTokens, 0, 1, 0, List.of());
  }

  /** Returns whether decoding is greedy, so that no logits are needed. */
  public boolean isGreedy() {
    return temperature == 0;
  }
}
