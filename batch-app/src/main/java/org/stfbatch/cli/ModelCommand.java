package org.stfbatch.cli;

import picocli.CommandLine.Command;

/** Gets a model and looks into it. */
@Command(
    name = "model",
    description = "Gets a model and looks into it.",
    subcommands = {ModelInspectCommand.class, ModelTraceCommand.class, ModelFetchCommand.class})
final class ModelCommand {}
