/**
 * Benchmarks of the program's own code paths: peak rates of the machine, throughput of the engine,
 * and the overhead of PostgreSQL and Kafka. Nothing else in the program depends on it.
 */
package org.stfbatch.bench;
