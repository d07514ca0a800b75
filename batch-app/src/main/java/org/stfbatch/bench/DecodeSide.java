package org.stfbatch.bench;

import java.util.List;

/**
 * Steps of one side of a comparison, or of the only one.
 *
 * @param weights how its matrices are held
 * @param steps one for each batch
 */
public record DecodeSide(String weights, List<DecodeStep> steps) {}
