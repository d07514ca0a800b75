/**
 * Takes prepared image jobs, batches them on one device and completes a future for each. The door
 * is {@link org.stfbatch.engine.Engine}; {@link org.stfbatch.engine.BatchingEngine} is the one that
 * runs the model.
 */
package org.stfbatch.engine;
