package org.stfbatch.report;

/**
 * What a model computes, in floating-point operations, two for each multiply-add.
 *
 * @param image one picture's way to vision tokens
 * @param position one position's products in all layers of the language model
 * @param key one position's look at one key in all layers
 * @param head the output layer, for one token
 * @param visionTokens an image's vision tokens in the language model, alone
 * @param prunedLayers the share of the layers that see images with fewer tokens; 0 without one
 * @param keptTokens the share of an image's tokens that these layers see
 */
public record ModelWork(
    double image,
    double position,
    double key,
    double head,
    double visionTokens,
    double prunedLayers,
    double keptTokens) {}
