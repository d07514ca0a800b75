package org.stfbatch.cli.train;

import picocli.CommandLine.Command;

/** {@code train}: trains a model. */
@Command(
    name = "train",
    description = {
      "Trains the token fusion and the language model of a checkpoint, in the two stages of LLaVA.",
      "tower and language train the parts of a new model before that. After an interruption at any point, the same command resumes."
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
