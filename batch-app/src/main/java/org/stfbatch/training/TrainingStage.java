package org.stfbatch.training;

/** A stage of training: two for beginnings of one's own, then LLaVA's two. */
public enum TrainingStage {
  /** The vision tower learns what the patches of pictures show; everything else is frozen. */
  TOWER(TrainingTemplate.PLAIN, 1e-3, 1) {
    @Override
    boolean trains(String tensor) {
      return false;
    }
  },
  /** The language model learns to write, from conversations about texts; the rest is frozen. */
  LANGUAGE(TrainingTemplate.V1, 1e-3, 1) {
    @Override
    boolean trains(String tensor) {
      return !tensor.startsWith(PROJECTORS);
    }
  },
  /** The projectors learn from captions; everything else is frozen. */
  PRETRAIN(TrainingTemplate.PLAIN, 1e-3, 16) {
    @Override
    boolean trains(String tensor) {
      return tensor.startsWith(PROJECTORS);
    }
  },
  /** Projectors and language model learn to answer; the vision tower is frozen. */
  FINETUNE(TrainingTemplate.V1, 2e-5, 8) {
    @Override
    boolean trains(String tensor) {
      return true;
    }
  };

  private static final String PROJECTORS = "model.mm_projector";

  private final TrainingTemplate template;
  private final double learningRate;
  private final int accumulate;

  TrainingStage(TrainingTemplate template, double learningRate, int accumulate) {
    this.template = template;
    this.learningRate = learningRate;
    this.accumulate = accumulate;
  }

  /** The learning rate's usual peak; of LLaVA's stages the paper's for 7B. */
  public double learningRate() {
    return learningRate;
  }

  /**
   * The usual number of batches of a step; of LLaVA's stages the one that makes the paper's 256 and
   * 128 samples of batches of 16.
   */
  public int accumulate() {
    return accumulate;
  }

  TrainingTemplate template() {
    return template;
  }

  /** Whether a tensor of projectors or language model is trained, by its name in the checkpoint. */
  abstract boolean trains(String tensor);
}
