package org.stfbatch.training;

/**
 * One thing said.
 *
 * @param speaker who says it
 * @param text as written in the data; {@code <image>} marks the picture's place
 */
public record Turn(Speaker speaker, String text) {}
