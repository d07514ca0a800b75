/**
 * Trains a model on conversations about pictures: reading and tokenising LLaVA's training data, its
 * order, the frozen tower's features on disk, and the loop of steps. Knows no frameworks and no
 * storage but files.
 */
package org.stfbatch.training;
