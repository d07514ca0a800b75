/**
 * Measurements on the program's own code paths: what the machine can do at best, what the engine
 * makes of it, and what the way through PostgreSQL costs. Nothing else in the program depends on
 * it.
 */
package org.stfbatch.bench;
