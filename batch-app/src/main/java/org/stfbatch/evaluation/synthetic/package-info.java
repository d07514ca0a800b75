/**
 * Small data sets in the exact layout of every benchmark, made from drawn pictures, to test every
 * path from a data set to a score without the real data.
 */
package org.stfbatch.evaluation.synthetic;
