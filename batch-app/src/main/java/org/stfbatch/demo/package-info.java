/**
 * Drawn world for training and for trying everything out: pictures of coloured shapes, questions
 * about them, and the correct answers.
 *
 * <p>{@link org.stfbatch.demo.DrawnWorld} writes a world, {@link org.stfbatch.demo.SceneFile} reads
 * the content of its pictures, {@link org.stfbatch.demo.PatchLabels} labels the patches of a vision
 * tower, and {@link org.stfbatch.demo.Scorecard} compares answers. Scene number i depends only on
 * the seed, the side of the split and i: worlds of different sizes share their first scenes, and
 * disjoint ranges of numbers are disjoint sets of scenes.
 */
package org.stfbatch.demo;
