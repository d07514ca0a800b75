package org.stfbatch.cli.train;

import java.util.OptionalInt;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train tower}: pretrains a new vision tower. */
@Command(
    name = "tower",
    description = {
      "Trains the vision tower of a new checkpoint to match the patches of images with words that describe them.",
      "A line of --data is a JSON object with image, regions (a list of words each) and patches (the region of each, or -1)."
    },
    footer = {
      "  stf-batch train tower --model small --data regions.jsonl --images images --out seen",
      "  stf-batch train tower --model small --data regions.jsonl --images images --out seen --patches 32"
    })
final class TrainTowerCommand extends TrainStageCommand {
  @Option(
      names = "--patches",
      paramLabel = "N",
      description =
          "Use N patches of an image, labelled ones first, for speed; the last tenth of the steps uses all. Default: all")
  private Integer patches;

  TrainTowerCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.TOWER);
  }

  @Override
  OptionalInt patches() {
    return patches == null ? OptionalInt.empty() : OptionalInt.of(patches);
  }
}
