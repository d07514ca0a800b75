package org.stfbatch.model;

import java.util.Optional;
import org.stfbatch.compression.AvgPool;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.compression.Yopo;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * A compression strategy in the forward pass of training.
 *
 * @param pooling of images inside the language model; empty without
 * @param reduction of the work for vision tokens; empty without
 */
record TrainingStrategy(Optional<ImagePruning> pooling, Optional<VisionReduction> reduction) {
  static final TrainingStrategy NONE = new TrainingStrategy(Optional.empty(), Optional.empty());

  /**
   * @throws IllegalArgumentException if it cannot be trained with, or not with such a model; the
   *     message gives the reason and the cure
   */
  static TrainingStrategy of(CompressionStrategy strategy, LlavaConfig config) {
    if (!strategy.compresses()) {
      return NONE;
    }
    if (strategy instanceof LlaVolta pool && pool.actsInside()) {
      strategy.check(config.shape());
      return new TrainingStrategy(ImagePruning.of(strategy, config), Optional.empty());
    }
    if (strategy instanceof Yopo yopo && !yopo.dropsTokens()) {
      strategy.check(config.shape());
      return new TrainingStrategy(
          Optional.empty(), Optional.of(VisionReduction.of(yopo, config.shape())));
    }
    throw new IllegalArgumentException(refusal(strategy));
  }

  private static String refusal(CompressionStrategy strategy) {
    if (strategy instanceof AvgPool) {
      return "%s is not trained as a strategy: train a checkpoint whose projector averages, see model new --fusion avgpool"
          .formatted(strategy.spec());
    }
    if (strategy instanceof Yopo) {
      return "%s is not trained with: choose yopo with mask=after-softmax, as its authors train"
          .formatted(strategy.spec());
    }
    return strategy instanceof LlaVolta
        ? "%s pools before the language model, which is not trained: choose layer=0 or more"
            .formatted(strategy.spec())
        : "%s is not trained with: choose none, llavolta or yopo, and give %s when the trained model answers"
            .formatted(strategy.spec(), strategy.name());
  }

  /** Sets it in a {@code llava_training} module. */
  void apply(TorchModule module) {
    ImagePruning images = pooling.orElse(new ImagePruning(0, 0, 0));
    module.call("pool", images.layer(), images.keep(), images.stride());
    reduction.orElse(VisionReduction.NONE).apply(module);
  }
}
