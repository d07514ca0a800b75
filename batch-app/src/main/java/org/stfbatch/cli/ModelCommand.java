package org.stfbatch.cli;

import picocli.CommandLine.Command;

/** Looks into a model. */
@Command(
    name = "model",
    description = "Looks into a model.",
    subcommands = {ModelInspectCommand.class, ModelTraceCommand.class})
final class ModelCommand {}
