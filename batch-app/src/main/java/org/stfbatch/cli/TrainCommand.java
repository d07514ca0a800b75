package org.stfbatch.cli;

import picocli.CommandLine.Command;

/** Trains a model. */
@Command(
    name = "train",
    description = {
      "Trains a model's token fusion and language model, in the two stages of LLaVA.",
      "Stopped or killed at any moment, the same command goes on where it was."
    },
    subcommands = {TrainPretrainCommand.class, TrainFinetuneCommand.class})
final class TrainCommand {}
