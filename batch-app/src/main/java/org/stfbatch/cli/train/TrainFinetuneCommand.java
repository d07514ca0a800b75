package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** The second stage. */
@Command(
    name = "finetune",
    description = {
      "The second stage: language model and fusion modules learn to answer, the vision tower is frozen.",
      "Of a conversation, with or without a picture, what gpt says is learned."
    })
final class TrainFinetuneCommand extends TrainStageCommand {
  TrainFinetuneCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.FINETUNE);
  }
}
