/**
 * Spring Batch jobs that connect the database, Kafka, the images and the engine. This package uses
 * the stored jobs and the engine's interface, but no tensors.
 */
package org.stfbatch.job;
