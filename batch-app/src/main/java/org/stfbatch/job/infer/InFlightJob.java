package org.stfbatch.job.infer;

import java.util.concurrent.CompletableFuture;
import org.stfbatch.db.StoredJob;

/**
 * A job that was submitted to the engine, or whose answer is reused.
 *
 * @param job as stored
 * @param result completes with the job's result; exceptionally only if the engine is broken, or
 *     with a {@link org.stfbatch.image.PutOffException} if the image is postponed
 */
record InFlightJob(StoredJob job, CompletableFuture<JobResult> result) {}
