package org.stfbatch.report;

/**
 * One number about a run.
 *
 * @param name stable, for programs
 * @param group what it is about, for people
 * @param label for people
 * @param value the number
 * @param unit empty for a plain count
 */
public record Fact(String name, String group, String label, double value, String unit) {}
