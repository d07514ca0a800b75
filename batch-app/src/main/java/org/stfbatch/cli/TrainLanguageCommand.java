package org.stfbatch.cli;

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
