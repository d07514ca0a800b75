package org.stfbatch.model;

import java.util.List;

/**
 * A float32 tensor in Java memory.
 *
 * @param shape sizes, outermost first
 * @param data the values in row-major order
 */
public record FloatTensor(List<Long> shape, float[] data) {}
