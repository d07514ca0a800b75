package org.stfbatch.db;

/**
 * Where in its topic a job's message was. The topic is the job's source.
 *
 * @param partition 0 or more
 * @param offset 0 or more
 */
public record KafkaOrigin(int partition, long offset) {}
