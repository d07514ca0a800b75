package org.stfbatch.training;

/**
 * What a step did.
 *
 * @param step its number, from 1
 * @param steps how many there will be
 * @param epoch epochs that are learned after it, in parts
 * @param loss mean of its batches' losses, before the step
 * @param learningRate with which it was taken
 * @param gradientNorm L2, before it was scaled down
 * @param samples conversations learned
 * @param tokens their positions, vision tokens included
 * @param flops floating-point operations they needed
 * @param seconds it took
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
    double seconds) {}
