package org.stfbatch.job.infer;

import java.util.concurrent.CompletableFuture;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Outcome;

/**
 * A job that is already on its way through the engine.
 *
 * @param job as stored
 * @param outcome completes with what becomes of it; exceptionally only if the engine is broken, or
 *     with a {@link org.stfbatch.image.PutOffException} if its image may be there later
 */
record InFlightJob(StoredJob job, CompletableFuture<Outcome> outcome) {}
