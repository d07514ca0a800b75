/** Executes the triggers of a Kafka topic: one run for each message. */
package org.stfbatch.job.listen;
