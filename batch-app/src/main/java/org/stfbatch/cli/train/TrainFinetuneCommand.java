package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** {@code train finetune}: the second stage. */
@Command(
    name = "finetune",
    description = {
      "Trains the second stage: language model and fusion modules, with a frozen vision tower.",
      "A sample is a conversation, with or without an image; only gpt's turns count in the loss."
    },
    footer = {
      "  stf-batch train finetune --model pretrained/model --data llava_v1_5_mix665k.json --images images --out finetuned",
      "  stf-batch train finetune --model pretrained/model --data mix.json --images images --out finetuned --max-steps 100"
    })
final class TrainFinetuneCommand extends TrainStageCommand {
  TrainFinetuneCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.FINETUNE);
  }
}
