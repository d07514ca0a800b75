package org.stfbatch.training;

import org.stfbatch.compression.CompressionStrategy;

/**
 * Metrics of one training step.
 *
 * @param step its number, from 1
 * @param steps number of all steps
 * @param epoch epochs completed after the step, as a fraction
 * @param loss mean loss of its batches, before the update
 * @param learningRate used by the update
 * @param gradientNorm L2 norm before clipping
 * @param samples number of conversations
 * @param tokens number of positions, including all vision tokens of the projector
 * @param flops floating-point operations of the step
 * @param compression the vision-token strategy
 * @param seconds duration
 */
public record StepReport(
    long step,
    long steps,
    double epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    int samples,
    long tokens,
    double flops,
    CompressionStrategy compression,
    double seconds) {}
