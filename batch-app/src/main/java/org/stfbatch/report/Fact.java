package org.stfbatch.report;

/**
 * One number about a run.
 *
 * @param name stable identifier, for programs
 * @param group heading, for users
 * @param label for users
 * @param value the number
 * @param unit empty for a plain count
 */
public record Fact(String name, String group, String label, double value, String unit) {}
