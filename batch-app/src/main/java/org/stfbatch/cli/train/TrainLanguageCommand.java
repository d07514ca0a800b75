package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** The beginning of a language model. */
@Command(
    name = "language",
    description = {
      "A beginning of one's own: the language model of a new model learns to write, from conversations without pictures.",
      "Of a conversation, what gpt says is learned."
    })
final class TrainLanguageCommand extends TrainStageCommand {
  TrainLanguageCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.LANGUAGE);
  }
}
