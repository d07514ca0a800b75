package org.stfbatch.db;

/**
 * Partition and offset of the message that a job came in. The topic is the job's source.
 *
 * @param partition 0 or more
 * @param offset 0 or more
 */
public record KafkaOrigin(int partition, long offset) {}
