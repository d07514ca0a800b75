package org.stfbatch.demo;

import java.util.List;

/**
 * The answer of a question as one of several outcomes that must come equally often.
 *
 * @param group questions with the same outcomes
 * @param subject questions with the same text
 * @param outcome the right one
 * @param outcomes all
 */
record Lot(String group, String subject, String outcome, List<String> outcomes) {}
