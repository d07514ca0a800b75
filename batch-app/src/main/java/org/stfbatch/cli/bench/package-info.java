/** The benchmark commands. Entry point: {@link org.stfbatch.cli.bench.BenchCommand}. */
package org.stfbatch.cli.bench;
