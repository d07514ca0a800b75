/**
 * A Kafka broker of the program's own, for users who have none.
 *
 * <p>{@link org.stfbatch.kafka.embedded.EmbeddedBroker} is the entry point. The broker is the real
 * one, as a process of its own; its topics survive between commands, and it outlives the command
 * that started it only as long as another command uses it or the user asked for that.
 */
package org.stfbatch.kafka.embedded;
