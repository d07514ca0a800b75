package org.stfbatch.report;

/**
 * Operations of a model, in floating-point operations; a multiply-add counts as two.
 *
 * @param image encoding one image to vision tokens, less what its tokens need less than others in
 *     the language model
 * @param position the matrix products of one position in all layers of the language model
 * @param key the attention of one position to one key in all layers
 * @param head the output layer, for one token
 * @param visionTokens the language model for the vision tokens of one image
 * @param prunedLayers the share of the layers after vision tokens are pruned; 0 without pruning
 * @param keptTokens the share of an image's tokens in these layers
 * @param fusedToken one token of a prompt in layers before the language model that fuse text and
 *     image; 0 without such layers
 */
public record ModelWork(
    double image,
    double position,
    double key,
    double head,
    double visionTokens,
    double prunedLayers,
    double keptTokens,
    double fusedToken) {}
