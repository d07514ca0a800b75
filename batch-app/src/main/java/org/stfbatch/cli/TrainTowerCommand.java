package org.stfbatch.cli;

import java.util.concurrent.Callable;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The beginning of a vision tower. */
@Command(
    name = "tower",
    description = {
      "A beginning of one's own: the vision tower of a new model learns what the patches of pictures show.",
      "A line of --data is a JSON object with image, regions (a list of words each) and patches (the region of each, or -1)."
    })
final class TrainTowerCommand implements Callable<Integer> {
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
      defaultValue = "1",
      paramLabel = "N",
      description = "Batches of a step. Default: ${DEFAULT-VALUE}")
  private int accumulate;

  TrainTowerCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws Exception {
    return new TrainSession(
            stores,
            shutdown,
            options,
            options.settings(TrainingStage.TOWER, learningRate, accumulate))
        .run();
  }
}
