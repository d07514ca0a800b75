/**
 * The commands about topics and the embedded broker. {@link org.stfbatch.cli.kafka.KafkaCommand} is
 * the door.
 */
package org.stfbatch.cli.kafka;
