package org.stfbatch.cli.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.compression.StrategyHelp;
import org.stfbatch.training.CompressionSchedule;
import org.stfbatch.training.TrainingCost;
import org.stfbatch.training.TrainingSettings;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Option;

/** Base of the commands for LLaVA's two stages, in which the language model reads images. */
abstract class TrainLlavaCommand extends TrainStageCommand {
  @Option(
      names = "--compress",
      defaultValue = "none",
      paramLabel = "SPEC",
      description = {
        "Train with fewer vision tokens, or less work for them; llavolta with layer=0 or more:",
        StrategyHelp.NONE,
        StrategyHelp.LLAVOLTA,
        StrategyHelp.YOPO,
        "Default: ${DEFAULT-VALUE}"
      })
  private String compress;

  @Option(
      names = "--flops-of",
      paramLabel = "DIR",
      description =
          "Number of steps, instead of epochs: as many as take the floating-point operations of the finished training in DIR.")
  private Path flopsOf;

  TrainLlavaCommand(Stores stores, Shutdown shutdown, TrainingStage stage) {
    super(stores, shutdown, stage);
  }

  @Override
  TrainingSettings completed(TrainingSettings settings, TrainOptions given) throws IOException {
    return settings.with(compression(given), flops(given));
  }

  private OptionalDouble flops(TrainOptions given) throws IOException {
    if (flopsOf == null) {
      return OptionalDouble.empty();
    }
    if (given.hasSteps()) {
      throw new IllegalArgumentException(
          "--max-steps and --flops-of are both given: leave one of them out");
    }
    return OptionalDouble.of(TrainingCost.ofFinished(flopsOf));
  }

  /** Returns the vision-token strategies of the steps. */
  CompressionSchedule compression(TrainOptions given) {
    return CompressionSchedule.parseOne(compress);
  }
}
