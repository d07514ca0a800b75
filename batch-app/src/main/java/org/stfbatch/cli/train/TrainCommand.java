package org.stfbatch.cli.train;

import picocli.CommandLine.Command;

/** Trains a model. */
@Command(
    name = "train",
    description = {
      "Trains a model's token fusion and language model, in the two stages of LLaVA; before them, towers and language",
      "models of one's own.",
      "Stopped or killed at any moment, the same command goes on where it was."
    },
    subcommands = {
      TrainTowerCommand.class,
      TrainLanguageCommand.class,
      TrainPretrainCommand.class,
      TrainFinetuneCommand.class,
      TrainCurvesCommand.class
    })
public final class TrainCommand {}
