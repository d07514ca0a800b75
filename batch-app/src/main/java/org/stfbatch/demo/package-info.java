/**
 * A drawn world to try everything on: pictures of coloured shapes, questions about them, and the
 * right answers.
 *
 * <p>{@link org.stfbatch.demo.DrawnWorld} is the door. Scene number i depends on the seed and on i
 * alone, so worlds of different sizes share their first scenes, and disjoint ranges of numbers are
 * disjoint sets of scenes.
 */
package org.stfbatch.demo;
