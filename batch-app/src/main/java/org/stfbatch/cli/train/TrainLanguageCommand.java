package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** The beginning of a language model. */
@Command(
    name = "language",
    description = {
      "Trains the language model of a new model to write, from conversations without pictures.",
      "Of a conversation, what gpt says is learned."
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
