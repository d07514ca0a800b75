/**
 * The commands for topics and the embedded broker. Entry point: {@link
 * org.stfbatch.cli.kafka.KafkaCommand}.
 */
package org.stfbatch.cli.kafka;
