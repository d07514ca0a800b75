package org.stfbatch.report;

/**
 * One number about a run.
 *
 * @param name stable, for programs
 * @param label for people
 * @param value the number
 * @param unit empty for a plain count
 */
public record Fact(String name, String label, double value, String unit) {}
