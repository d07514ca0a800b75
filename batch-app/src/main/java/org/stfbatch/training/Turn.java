package org.stfbatch.training;

/**
 * Turn of a conversation.
 *
 * @param speaker of the turn
 * @param text as written in the data; {@code <image>} marks the position of the image
 */
public record Turn(Speaker speaker, String text) {}
