/**
 * The command line. Every command opens what it needs, calls one job, and says in one line how it
 * went; {@link org.stfbatch.cli.StfBatchCommand} is the root with the global options.
 */
package org.stfbatch.cli;
