package org.stfbatch.cli.train;

import org.stfbatch.cli.service.Shutdown;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.training.TrainingStage;
import picocli.CommandLine.Command;

/** {@code train pretrain}: the first stage. */
@Command(
    name = "pretrain",
    description = {
      "Trains the first stage: the fusion modules learn from captions, everything else is frozen.",
      "A sample is an image, a question with <image>, whose text is ignored, and the caption."
    },
    footer = {
      "  stf-batch train pretrain --model llava-stf-7b --data blip_laion_cc_sbu_558k.json --images images --out pretrained",
      "  stf-batch train pretrain --model small --data captions.json --images images --out pretrained --batch 64",
      "  stf-batch train pretrain --model llava-v1.5-7b --data captions.json --images images --out pretrained --compress llavolta"
    })
final class TrainPretrainCommand extends TrainLlavaCommand {
  TrainPretrainCommand(Stores stores, Shutdown shutdown) {
    super(stores, shutdown, TrainingStage.PRETRAIN);
  }
}
