/**
 * Batched inference: takes prepared image jobs, batches them on one device and completes a future
 * for each. Entry point: {@link org.stfbatch.engine.Engine}; {@link
 * org.stfbatch.engine.BatchingEngine} is the implementation that runs the model.
 */
package org.stfbatch.engine;
