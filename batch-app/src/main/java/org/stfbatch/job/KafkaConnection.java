package org.stfbatch.job;

import org.stfbatch.kafka.BrokerListener;
import org.stfbatch.kafka.KafkaSettings;

/**
 * Connection to a Kafka cluster.
 *
 * @param settings addresses and client settings
 * @param listener receives outages of the broker; called by several threads
 */
public record KafkaConnection(KafkaSettings settings, BrokerListener listener) {}
