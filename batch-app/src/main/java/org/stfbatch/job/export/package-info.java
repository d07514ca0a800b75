/** Writes a run's answers and failures to files. */
package org.stfbatch.job.export;
