package org.stfbatch.demo;

import java.util.List;

/**
 * Outcome of a question among several that must be equally frequent.
 *
 * @param group questions with the same possible outcomes
 * @param subject questions with the same text
 * @param value the outcome of this question
 * @param possible all possible outcomes
 */
record BalancedOutcome(String group, String subject, String value, List<String> possible) {}
