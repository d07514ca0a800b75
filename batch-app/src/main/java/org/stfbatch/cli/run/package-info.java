/** The commands for runs: ingest, inference, results and status. */
package org.stfbatch.cli.run;
