package org.stfbatch.cli.model;

import picocli.CommandLine.Command;

/** Makes models, gets them and looks into them. */
@Command(
    name = "model",
    description = "Makes a new model, gets one, or looks into one.",
    subcommands = {
      ModelNewCommand.class,
      ModelFetchCommand.class,
      ModelInspectCommand.class,
      ModelTraceCommand.class
    })
public final class ModelCommand {}
