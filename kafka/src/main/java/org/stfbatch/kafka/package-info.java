/**
 * What is on the wire. Knows nothing of models and nothing of the database.
 *
 * <p>Doors: {@link org.stfbatch.kafka.TopicReader} reads a topic from given offsets to a given end,
 * {@link org.stfbatch.kafka.PositionedPublisher} writes to one exactly once, {@link
 * org.stfbatch.kafka.DeadLetters} sets messages aside that cannot be used, and {@link
 * org.stfbatch.kafka.KafkaSettings} says which cluster. A broker that is away is waited for and
 * reported to a {@link org.stfbatch.kafka.BrokerListener}; what waiting cannot cure is a {@link
 * org.stfbatch.kafka.BrokerException}.
 */
package org.stfbatch.kafka;
