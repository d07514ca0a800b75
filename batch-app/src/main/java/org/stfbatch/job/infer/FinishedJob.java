package org.stfbatch.job.infer;

import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Outcome;

/**
 * A job with its outcome, ready to be written.
 *
 * @param job as stored
 * @param outcome what became of it
 * @param waitSeconds how long the step stood still until the outcome was there
 */
record FinishedJob(StoredJob job, Outcome outcome, double waitSeconds) {}
