package org.stfbatch.cli;

import picocli.CommandLine.Command;

/** Makes models and looks into them. */
@Command(
    name = "model",
    description = "Makes a new model, or looks into one.",
    subcommands = {ModelNewCommand.class, ModelInspectCommand.class, ModelTraceCommand.class})
final class ModelCommand {}
