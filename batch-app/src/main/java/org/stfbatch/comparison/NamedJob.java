package org.stfbatch.comparison;

import org.stfbatch.engine.EngineJob;

/**
 * A job of a comparison.
 *
 * @param customId its name, unique among the jobs of a comparison
 * @param job the prepared job
 */
public record NamedJob(String customId, EngineJob job) {}
