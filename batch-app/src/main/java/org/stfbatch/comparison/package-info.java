/**
 * One checkpoint with two settings, such as dtypes, weight formats or compression strategies: how
 * much its answers differ, and its speed. {@link org.stfbatch.comparison.ModelComparison} is the
 * door.
 */
package org.stfbatch.comparison;
