package org.stfbatch.cli.run;

import picocli.CommandLine.Command;

/** What can be done with a run as a whole. */
@Command(
    name = "run",
    description = "Deletes a run.",
    subcommands = {RunDeleteCommand.class})
public final class RunCommand {}
