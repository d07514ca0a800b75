package org.stfbatch.cli;

import java.util.concurrent.Callable;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The beginning of a language model. */
@Command(
    name = "language",
    description = {
      "A beginning of one's own: the language model of a new model learns to write, from conversations without pictures.",
      "Of a conversation, what gpt says is learned."
    })
final class TrainLanguageCommand implements Callable<Integer> {
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

  TrainLanguageCommand(Stores stores, Shutdown shutdown) {
    this.stores = stores;
    this.shutdown = shutdown;
  }

  @Override
  public Integer call() throws Exception {
    return new TrainSession(
            stores,
            shutdown,
            options,
            options.settings(TrainingStage.LANGUAGE, learningRate, accumulate))
        .run();
  }
}
