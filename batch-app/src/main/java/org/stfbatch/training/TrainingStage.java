package org.stfbatch.training;

import org.stfbatch.model.checkpoint.TensorNames;

/** Training stage: two that train a new model from scratch, then LLaVA's two. */
public enum TrainingStage {
  /** The vision tower learns what the patches of images show; everything else is frozen. */
  TOWER(TrainingTemplate.PLAIN, 1e-3, 1) {
    @Override
    boolean trains(String tensor) {
      return false;
    }
  },
  /** The language model learns from conversations about texts; everything else is frozen. */
  LANGUAGE(TrainingTemplate.V1, 1e-3, 1) {
    @Override
    boolean trains(String tensor) {
      return !TensorNames.isFusion(tensor);
    }
  },
  /**
   * The projectors, and LLaVA-Mini's compressor and pre-fusion, learn from captions; everything
   * else is frozen.
   */
  PRETRAIN(TrainingTemplate.PLAIN, 1e-3, 16) {
    @Override
    boolean trains(String tensor) {
      return TensorNames.isFusion(tensor);
    }
  },
  /** Projectors and language model learn to answer questions; the vision tower is frozen. */
  FINETUNE(TrainingTemplate.V1, 2e-5, 8) {
    @Override
    boolean trains(String tensor) {
      return true;
    }
  };

  private final TrainingTemplate template;
  private final double learningRate;
  private final int accumulate;

  TrainingStage(TrainingTemplate template, double learningRate, int accumulate) {
    this.template = template;
    this.learningRate = learningRate;
    this.accumulate = accumulate;
  }

  /** Returns the default peak of the learning rate; for LLaVA's stages it is the paper's for 7B. */
  public double learningRate() {
    return learningRate;
  }

  /**
   * Returns the default number of batches per step. For LLaVA's stages it gives the paper's 256 and
   * 128 samples with batches of 16.
   */
  public int accumulate() {
    return accumulate;
  }

  TrainingTemplate template() {
    return template;
  }

  /**
   * Whether a tensor of the projectors or the language model is trained, by its name in the
   * checkpoint.
   */
  abstract boolean trains(String tensor);
}
