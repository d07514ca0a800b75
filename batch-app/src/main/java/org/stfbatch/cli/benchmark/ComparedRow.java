package org.stfbatch.cli.benchmark;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.stfbatch.evaluation.Benchmark;

/**
 * A benchmark answered with one of several compression strategies.
 *
 * @param benchmark which
 * @param strategy as {@code --compress} takes it
 * @param score in the unit of the benchmark's headline; empty if there is none
 * @param visionTokens of an image for the language model's first layer, on average
 * @param keptTokens of them for the later layers, where the language model prunes images
 * @param teraFlops of an image's vision tokens in the language model, in 10^12 operations
 * @param questionsPerSecond while the run was worked on
 */
record ComparedRow(
    Benchmark benchmark,
    String strategy,
    OptionalDouble score,
    OptionalDouble visionTokens,
    OptionalInt keptTokens,
    OptionalDouble teraFlops,
    OptionalDouble questionsPerSecond) {}
