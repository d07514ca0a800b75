package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** {@code train language}: pretrains a new language model. */
@Command(
    name = "language",
    description = {
      "Trains the language model of a new checkpoint on conversations without images.",
      "Only gpt's turns count in the loss."
    },
    footer = {
      "  stf-batch train language --model small --data talk.json --images . --out written",
      "  stf-batch train language --model small --data talk.json --images . --out written --epochs 2"
    })
final class TrainLanguageCommand extends TrainStageCommand {
  TrainLanguageCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.LANGUAGE);
  }
}
