package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.CompressionSchedule;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code train finetune}: the second stage. */
@Command(
    name = "finetune",
    description = {
      "Trains the second stage: language model and fusion modules, with a frozen vision tower.",
      "A sample is a conversation, with or without an image; only gpt's turns count in the loss."
    },
    footer = {
      "  stf-batch train finetune --model pretrained/model --data llava_v1_5_mix665k.json --images images --out finetuned",
      "  stf-batch train finetune --model pretrained/model --data mix.json --images images --out finetuned --max-steps 100",
      "  stf-batch train finetune --model pretrained/model --data mix.json --images images --out finetuned --stages llavolta"
    })
final class TrainFinetuneCommand extends TrainLlavaCommand {
  @Option(
      names = "--stages",
      paramLabel = "SPECS",
      description = {
        "Train in stages, each with its own --compress strategy and an equal share of the steps: two or more strategies with / between them, or",
        "llavolta: the four of LLaVolta, which are layer=2,stride=8, then layer=2,stride=2, layer=16,stride=2, and none in a model of 32 layers; other models pool at the same fractions of their depth."
      })
  private String stages;

  TrainFinetuneCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.FINETUNE);
  }

  @Override
  CompressionSchedule compression(TrainOptions given) {
    CompressionSchedule all = super.compression(given);
    if (stages == null) {
      return all;
    }
    if (!all.equals(CompressionSchedule.none())) {
      throw new IllegalArgumentException(
          "--compress and --stages are both given: leave one of them out");
    }
    return CompressionSchedule.parse(stages, given.languageLayers());
  }
}
