/**
 * Kafka input and output with exactly-once delivery. Independent of models and of the database.
 *
 * <p>Entry points: {@link org.stfbatch.kafka.TopicReader} reads a topic from given offsets to an
 * end condition, {@link org.stfbatch.kafka.PositionedPublisher} publishes to a topic exactly once,
 * {@link org.stfbatch.kafka.DeadLetters} publishes to a dead-letter topic, and {@link
 * org.stfbatch.kafka.KafkaSettings} holds the connection settings. All of them wait for a broker
 * that is unavailable and report the outage to a {@link org.stfbatch.kafka.BrokerListener}; errors
 * that are not retriable are a {@link org.stfbatch.kafka.BrokerException}.
 */
package org.stfbatch.kafka;
