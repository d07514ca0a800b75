package org.stfbatch.training;

/** A stage of training: two for beginnings of one's own, then LLaVA's two. */
public enum TrainingStage {
  /** The vision tower learns what the patches of pictures show; everything else is frozen. */
  TOWER(TrainingTemplate.PLAIN) {
    @Override
    boolean trains(String tensor) {
      return false;
    }
  },
  /** The language model learns to write, from conversations about texts; the rest is frozen. */
  LANGUAGE(TrainingTemplate.V1) {
    @Override
    boolean trains(String tensor) {
      return !tensor.startsWith(PROJECTORS);
    }
  },
  /** The projectors learn from captions; everything else is frozen. */
  PRETRAIN(TrainingTemplate.PLAIN) {
    @Override
    boolean trains(String tensor) {
      return tensor.startsWith(PROJECTORS);
    }
  },
  /** Projectors and language model learn to answer; the vision tower is frozen. */
  FINETUNE(TrainingTemplate.V1) {
    @Override
    boolean trains(String tensor) {
      return true;
    }
  };

  private static final String PROJECTORS = "model.mm_projector";

  private final TrainingTemplate template;

  TrainingStage(TrainingTemplate template) {
    this.template = template;
  }

  TrainingTemplate template() {
    return template;
  }

  /** Whether a tensor of projectors or language model is trained, by its name in the checkpoint. */
  abstract boolean trains(String tensor);
}
