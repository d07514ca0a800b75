/**
 * Wires the rooms into Spring Batch jobs. Knows what is stored and what is asked of the engine, but
 * no tensors.
 */
package org.stfbatch.job;
