package org.stfbatch.cli;

import java.util.concurrent.Callable;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The second stage. */
@Command(
    name = "finetune",
    description = {
      "The second stage: language model and fusion modules learn to answer, the vision tower is frozen.",
      "Of a conversation, with or without a picture, what gpt says is learned."
    })
final class TrainFinetuneCommand implements Callable<Integer> {
  private final Stores stores;
  private final Shutdown shutdown;

  @Mixin private TrainOptions options;

  @Option(
      names = "--lr",
      defaultValue = "2e-5",
      paramLabel = "RATE",
      description =
          "The learning rate's peak; small models bear more. Default: ${DEFAULT-VALUE}, the paper's for 7B")
  private double learningRate;

  @Option(
      names = "--accumulate",
      defaultValue = "8",
      paramLabel = "N",
      description =
          "Batches of a step; with the default --batch the paper's 128 samples a step. Default: ${DEFAULT-VALUE}")
  private int accumulate;

  TrainFinetuneCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws Exception {
    return new TrainSession(
            stores,
            shutdown,
            options,
            options.settings(TrainingStage.FINETUNE, learningRate, accumulate))
        .run();
  }
}
