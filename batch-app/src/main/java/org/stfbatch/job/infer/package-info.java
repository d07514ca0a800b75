/**
 * Inference: answers the waiting jobs of a run. {@link org.stfbatch.job.infer.InferJob} is the
 * entry point; jobs are read ahead and prepared while the engine works, and each chunk of outcomes
 * is committed by one transaction.
 */
package org.stfbatch.job.infer;
