package org.stfbatch.cli.train;

import picocli.CommandLine.Command;

/** Trains a model. */
@Command(
    name = "train",
    description = {
      "Trains a model's token fusion and language model, in the two stages of LLaVA.",
      "Vision towers and language models of one's own can be trained before them. Stopped or killed at any moment, the same command goes on where it was."
    },
    footer = {
      "  stf-batch train pretrain --model llava-stf-7b --data blip_laion_cc_sbu_558k.json --images images --out pretrained",
      "  stf-batch train curves pretrained --out curves.svg"
    },
    subcommands = {
      TrainTowerCommand.class,
      TrainLanguageCommand.class,
      TrainPretrainCommand.class,
      TrainFinetuneCommand.class,
      TrainCurvesCommand.class
    })
public final class TrainCommand {}
