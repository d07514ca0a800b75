package org.stfbatch.job;

import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.KafkaSettings;

/**
 * A Kafka cluster.
 *
 * @param settings how to reach it
 * @param listener is told when it is away; may be told by several threads
 */
public record KafkaConnection(KafkaSettings settings, BrokerListener listener) {}
