package org.stfbatch.compression;

/**
 * Sizes of a language model that decide which compression strategies apply to it.
 *
 * @param layers its layers
 * @param attentionHeads of a layer
 * @param keyValueHeads the heads of a layer's keys and values
 * @param intermediateSize hidden units of a layer's MLP
 */
public record LanguageShape(
    int layers, int attentionHeads, int keyValueHeads, int intermediateSize) {}
