/** The commands about the paper's benchmarks. */
package org.stfbatch.cli.benchmark;
