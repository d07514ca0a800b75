package org.stfbatch.cli.train;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.stfbatch.cli.console.Logged;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingSettings;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Base of the commands for a stage of training. */
abstract class TrainStageCommand implements Callable<Integer>, Logged {
  private final Stores stores;
  private final Shutdown shutdown;
  private final TrainingStage stage;

  @Mixin private TrainOptions options;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description =
          "The peak learning rate; small models tolerate higher ones. Default: 1e-3, for finetune 2e-5 (the paper's, for 7B)")
  private Double learningRate;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description =
          "Batches per step (gradient accumulation). Default: 16 for pretrain and 8 for finetune, which with the default --batch gives the paper's 256 and 128 samples per step; else 1")
  private Integer accumulate;

  TrainStageCommand(Stores stores, Shutdown shutdown, TrainingStage stage) {
    this.stores = stores;
    this.shutdown = shutdown;
    this.stage = stage;
  }

  @Override
  public Integer call() throws Exception {
    TrainingSettings settings =
        options.settings(
            stage,
            learningRate == null ? stage.learningRate() : learningRate,
            accumulate == null ? stage.accumulate() : accumulate,
            patches());
    return new TrainSession(stores, shutdown, options, completed(settings, options)).run();
  }

  /** Adds the settings of the stage's own options. */
  TrainingSettings completed(TrainingSettings settings, TrainOptions given) throws IOException {
    return settings;
  }

  /** Returns how many patches of an image are used; all if empty. */
  OptionalInt patches() {
    return OptionalInt.empty();
  }
}
