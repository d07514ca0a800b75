package org.stfbatch.comparison;

import org.stfbatch.engine.EngineJob;

/**
 * A job that is asked with both settings.
 *
 * @param customId its name, unique among the jobs of a comparison
 * @param job what is asked
 */
public record NamedJob(String customId, EngineJob job) {}
