/**
 * A drawn world to train and to try everything on: pictures of coloured shapes, questions about
 * them, and the right answers.
 *
 * <p>{@link org.stfbatch.demo.DrawnWorld} writes it, {@link org.stfbatch.demo.SceneFile} reads what
 * is in the pictures, {@link org.stfbatch.demo.PatchLabels} tells what a vision tower's patches
 * show, and {@link org.stfbatch.demo.Scorecard} compares answers. Scene number i depends on the
 * seed, the side of the split and i alone, so worlds of different sizes share their first scenes,
 * and disjoint ranges of numbers are disjoint sets of scenes.
 */
package org.stfbatch.demo;
