/**
 * Small data sets in the exact layout of every benchmark, made of drawn pictures, so that every
 * path from a data set to a figure can be tried without the real ones.
 */
package org.stfbatch.evaluation.synthetic;
