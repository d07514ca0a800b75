package org.stfbatch.job.infer;

import java.util.concurrent.CompletableFuture;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Outcome;

/**
 * A job that was submitted to the engine.
 *
 * @param job as stored
 * @param outcome completes with the job's outcome; exceptionally only if the engine is broken, or
 *     with a {@link org.stfbatch.image.PutOffException} if the image is postponed
 */
record InFlightJob(StoredJob job, CompletableFuture<Outcome> outcome) {}
