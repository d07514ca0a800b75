package org.stfbatch.cli.run;

import java.util.Optional;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.model.ImagePruning;
import org.stfbatch.model.ModelFlops;
import org.stfbatch.model.checkpoint.LlamaConfig;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.report.KnownModel;
import org.stfbatch.report.ModelWork;

/**
 * Cost model of a run, from the shapes of the checkpoint that answered it.
 *
 * @param checkpoint only its shapes are read
 */
record ReportedModel(LlavaCheckpoint checkpoint) implements KnownModel {
  @Override
  public String fingerprint() {
    return checkpoint.fingerprint();
  }

  @Override
  public ModelWork work(String compression, double visionTokens) {
    CompressionStrategy strategy = CompressionStrategy.parse(compression);
    ModelFlops flops = ModelFlops.of(checkpoint, strategy);
    Optional<ImagePruning> pruning = ImagePruning.of(strategy, checkpoint.config());
    int tokens =
        strategy
            .visionTokens(checkpoint.config().shape())
            .orElseGet(() -> (int) Math.round(visionTokens));
    return new ModelWork(
        flops.image(tokens) - flops.saved(tokens),
        2 * flops.layerWeights(),
        flops.key(),
        flops.head(),
        flops.visionTokens(tokens),
        pruning.map(this::prunedLayers).orElse(0.0),
        pruning.map(images -> keptTokens(images, tokens)).orElse(1.0),
        flops.fusedToken());
  }

  private double prunedLayers(ImagePruning pruning) {
    LlamaConfig language = checkpoint.config().language();
    return 1 - (double) pruning.layer() / language.numHiddenLayers();
  }

  private static double keptTokens(ImagePruning pruning, int tokens) {
    return tokens == 0 ? 1 : 1 - (double) pruning.dropped(tokens) / tokens;
  }
}
