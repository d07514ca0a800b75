/** The commands for the paper's benchmarks. */
package org.stfbatch.cli.benchmark;
