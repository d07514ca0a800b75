package org.stfbatch.db;

/**
 * Waiting jobs that one worker has taken: a range in the order in which a run's jobs are answered.
 * All jobs of an image are in the same one.
 *
 * @param unitId its key
 * @param after the place before its first job
 * @param last its last place
 * @param deaths how many workers have died with it
 */
public record WorkUnit(long unitId, JobPosition after, JobPosition last, int deaths) {}
