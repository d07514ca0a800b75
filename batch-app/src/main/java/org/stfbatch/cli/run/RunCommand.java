package org.stfbatch.cli.run;

import picocli.CommandLine.Command;

/** {@code run}: commands for a whole run. */
@Command(
    name = "run",
    description = {"Deletes a run."},
    footer = {"  stf-batch run delete --run nightly", "  stf-batch run delete --run nightly --yes"},
    subcommands = {RunDeleteCommand.class})
public final class RunCommand {}
