/** Benchmarks as runs: their questions become image jobs, and their answers a score. */
package org.stfbatch.job.evaluate;
