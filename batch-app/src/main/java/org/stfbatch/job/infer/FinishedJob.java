package org.stfbatch.job.infer;

import org.stfbatch.db.StoredJob;

/**
 * A job with its result, ready to be written.
 *
 * @param job as stored
 * @param result its answer or failure
 * @param waitSeconds how long the step waited for the result
 */
record FinishedJob(StoredJob job, JobResult result, double waitSeconds) {}
