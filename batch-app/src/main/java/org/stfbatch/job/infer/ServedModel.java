package org.stfbatch.job.infer;

import org.stfbatch.engine.Engine;

/**
 * A model as it answers jobs.
 *
 * @param engine runs the model
 * @param preparation how images and prompts are prepared for this model
 * @param name stored with answers and metrics
 */
public record ServedModel(Engine engine, JobPreparation preparation, ModelName name) {}
