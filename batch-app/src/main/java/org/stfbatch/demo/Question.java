package org.stfbatch.demo;

/**
 * A question with its right answer.
 *
 * @param category what it asks for
 */
record Question(String category, String text, String answer) {}
