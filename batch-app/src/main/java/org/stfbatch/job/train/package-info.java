/** A training as a Spring Batch job. */
package org.stfbatch.job.train;
