package org.stfbatch.engine;

import java.util.SplittableRandom;

/** Chooses the next token from its logits. Belongs to one sequence. */
@FunctionalInterface
interface Sampler {
  int sample(float[] logits);

  static Sampler of(Generation generation) {
    if (generation.isGreedy()) {
      return Sampler::argmax;
    }
    return new TopPSampler(
        generation.temperature(), generation.topP(), new SplittableRandom(generation.seed()));
  }

  /** The first of the largest. */
  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
