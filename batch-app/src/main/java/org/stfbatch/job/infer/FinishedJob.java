package org.stfbatch.job.infer;

import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Outcome;

/**
 * A job with its outcome, ready to be written.
 *
 * @param job as stored
 * @param outcome its answer or failure
 * @param waitSeconds how long the step waited for the outcome
 */
record FinishedJob(StoredJob job, Outcome outcome, double waitSeconds) {}
