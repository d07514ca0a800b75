package org.stfbatch.training;

/**
 * Learning rate schedule: linear warm-up from zero to the peak, then half a cosine down to zero, as
 * transformers' {@code get_cosine_schedule_with_warmup}.
 *
 * @param peak the highest rate
 * @param warmupSteps steps of the warm-up
 * @param steps all steps
 */
record LearningRate(double peak, long warmupSteps, long steps) {
  /**
   * @param warmup fraction of all steps that warm up, rounded up to whole steps
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
