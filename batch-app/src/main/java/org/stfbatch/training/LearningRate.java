package org.stfbatch.training;

/**
 * The learning rate over a training: from nothing up to its peak in a straight line, then down to
 * nothing in half a cosine, as transformers' {@code get_cosine_schedule_with_warmup} has it.
 *
 * @param peak the highest
 * @param warmupSteps steps until it is reached
 * @param steps all steps
 */
record LearningRate(double peak, long warmupSteps, long steps) {
  /**
   * @param warmup the part of all steps that the rate rises, rounded up to whole steps
   */
  static LearningRate of(double peak, double warmup, long steps) {
    return new LearningRate(peak, (long) Math.ceil(warmup * steps), steps);
  }

  /**
   * @param step from 0
   */
  double at(long step) {
    if (step < warmupSteps) {
      return peak * step / Math.max(1, warmupSteps);
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return peak * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
  }
}
