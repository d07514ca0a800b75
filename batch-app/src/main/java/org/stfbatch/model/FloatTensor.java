package org.stfbatch.model;

import java.util.List;

/**
 * A tensor as the rest of the program sees it.
 *
 * @param shape sizes, outermost first
 * @param data the values in row-major order, float32
 */
public record FloatTensor(List<Long> shape, float[] data) {}
