/**
 * Comparison of two settings of one checkpoint, such as dtypes, weight formats or compression
 * strategies: differences of the answers, and speed. Entry point: {@link
 * org.stfbatch.comparison.ModelComparison}.
 */
package org.stfbatch.comparison;
