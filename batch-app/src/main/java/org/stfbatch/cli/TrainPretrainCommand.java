package org.stfbatch.cli;

import java.util.concurrent.Callable;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The first stage. */
@Command(
    name = "pretrain",
    description = {
      "The first stage: the fusion modules learn from captions, everything else is frozen.",
      "A sample is a picture, a question with <image>, which is not read, and the caption."
    })
final class TrainPretrainCommand implements Callable<Integer> {
  private final Stores stores;
  private final Shutdown shutdown;

  @Mixin private TrainOptions options;

  @Option(
      names = "--lr",
      defaultValue = "1e-3",
      paramLabel = "RATE",
      description = "The learning rate's peak. Default: ${DEFAULT-VALUE}")
  private double learningRate;

  @Option(
      names = "--accumulate",
      defaultValue = "16",
      paramLabel = "N",
      description =
          "Batches of a step; with the default --batch the paper's 256 samples a step. Default: ${DEFAULT-VALUE}")
  private int accumulate;

  TrainPretrainCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws Exception {
    return new TrainSession(
            stores,
            shutdown,
            options,
            options.settings(TrainingStage.PRETRAIN, learningRate, accumulate))
        .run();
  }
}
