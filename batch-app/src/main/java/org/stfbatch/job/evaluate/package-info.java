/** Benchmarks as runs: their questions become image jobs, and the answers are scored. */
package org.stfbatch.job.evaluate;
