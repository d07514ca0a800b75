package org.stfbatch.cli.benchmark;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.stfbatch.evaluation.Benchmark;

/**
 * A benchmark answered with one of several compression strategies.
 *
 * @param benchmark the benchmark
 * @param strategy as {@code --compress} takes it
 * @param score in the unit of the benchmark's headline score; empty without a score
 * @param visionTokens mean vision tokens per image in the language model's first layer
 * @param keptTokens mean vision tokens per image in the later layers, where the language model
 *     prunes them
 * @param teraFlops operations for an image's vision tokens in the language model, in 10^12
 * @param questionsPerSecond throughput while the run was active
 */
record ComparedRow(
    Benchmark benchmark,
    String strategy,
    OptionalDouble score,
    OptionalDouble visionTokens,
    OptionalInt keptTokens,
    OptionalDouble teraFlops,
    OptionalDouble questionsPerSecond) {}
