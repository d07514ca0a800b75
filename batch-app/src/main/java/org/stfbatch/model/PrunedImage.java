package org.stfbatch.model;

/**
 * Result of pruning an image.
 *
 * @param kept [m] indices of the kept tokens, ascending
 * @param score [n] float32 score of each token
 */
public record PrunedImage(int[] kept, float[] score) {}
