package org.stfbatch.cli;

import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** The beginning of a vision tower. */
@Command(
    name = "tower",
    description = {
      "A beginning of one's own: the vision tower of a new model learns what the patches of pictures show.",
      "A line of --data is a JSON object with image, regions (a list of words each) and patches (the region of each, or -1)."
    })
final class TrainTowerCommand extends TrainStageCommand {
  TrainTowerCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.TOWER);
  }
}
