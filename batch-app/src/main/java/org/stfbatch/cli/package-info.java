/**
 * The command line. Every command opens its resources, runs one job, and reports the result in one
 * line; {@link org.stfbatch.cli.StfBatchCommand} is the root command with the global options.
 */
package org.stfbatch.cli;
