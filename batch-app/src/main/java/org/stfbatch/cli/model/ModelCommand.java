package org.stfbatch.cli.model;

import picocli.CommandLine.Command;

/** {@code model}: creates, downloads, inspects and compares models. */
@Command(
    name = "model",
    description = {"Creates, downloads, inspects, traces or compares models."},
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
