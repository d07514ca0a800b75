package org.stfbatch.bench;

import java.util.List;

/**
 * Decode-only steps of one side of a comparison, or of the only one.
 *
 * @param weights how its matrices are stored
 * @param steps one per batch size
 */
public record DecodeSide(String weights, List<DecodeStep> steps) {}
