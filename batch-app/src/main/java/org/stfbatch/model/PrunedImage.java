package org.stfbatch.model;

/**
 * What is left of an image's tokens.
 *
 * @param kept [m] which of them, ascending
 * @param score [n] float32 what they were ranked by
 */
public record PrunedImage(int[] kept, float[] score) {}
