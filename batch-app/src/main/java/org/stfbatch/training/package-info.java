/**
 * Trains a model on conversations about images: reads and tokenizes LLaVA's training data, plans
 * the steps, stores the features of the frozen vision tower on disk, and runs the training loop.
 * Independent of frameworks; files are the only storage.
 */
package org.stfbatch.training;
