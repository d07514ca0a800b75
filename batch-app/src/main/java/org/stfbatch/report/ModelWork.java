package org.stfbatch.report;

/**
 * What a model computes, in floating-point operations, two for each multiply-add.
 *
 * @param fingerprint of the model
 * @param image one picture's way to vision tokens
 * @param position one position's products in all layers of the language model
 * @param key one position's look at one key in all layers
 * @param head the output layer, for one token
 */
public record ModelWork(
    String fingerprint, double image, double position, double key, double head) {}
