/** The commands that measure speed. {@link org.stfbatch.cli.bench.BenchCommand} is the door. */
package org.stfbatch.cli.bench;
