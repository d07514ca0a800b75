package org.stfbatch.cli.model;

import picocli.CommandLine.Command;

/** Makes models, gets them and looks into them. */
@Command(
    name = "model",
    description = {"Makes a new model, gets one, looks into one, or compares its settings."},
    footer = {
      "  stf-batch model fetch llava-hf/llava-1.5-7b-hf --to llava-1.5-7b-hf",
      "  stf-batch model inspect --model llava-stf-7b"
    },
    subcommands = {
      ModelNewCommand.class,
      ModelFetchCommand.class,
      ModelInspectCommand.class,
      ModelTraceCommand.class,
      ModelCompareCommand.class
    })
public final class ModelCommand {}
