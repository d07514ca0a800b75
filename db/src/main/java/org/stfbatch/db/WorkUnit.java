package org.stfbatch.db;

/**
 * A range of a run's waiting jobs that is assigned to one worker. All jobs of an image are in the
 * same unit, unless the limit of jobs ends within them.
 *
 * @param unitId primary key
 * @param after position before its first job, exclusive
 * @param last its last position, inclusive
 * @param deaths how many workers died while it was assigned to them
 */
public record WorkUnit(long unitId, JobPosition after, JobPosition last, int deaths) {}
