package org.stfbatch.cli.run;

import picocli.CommandLine.Command;

/** What can be done with a run as a whole. */
@Command(
    name = "run",
    description = {"Deletes a run."},
    footer = {"  stf-batch run delete --run nightly", "  stf-batch run delete --run nightly --yes"},
    subcommands = {RunDeleteCommand.class})
public final class RunCommand {}
