package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One training stage in its own folder: it computes the features of all images once and then
 * performs the steps. After a kill at any moment, a reopened training continues after the last
 * checkpoint, and in float32 on the same machine it performs the same steps as without the
 * interruption.
 *
 * <p>Used by one thread only.
 */
public interface Training extends AutoCloseable {
  /** Returns the number of images whose features are needed before the first step. */
  int pictures();

  /** Returns the number of images whose features are computed. */
  int picturesDone();

  /**
   * Computes the features of the next images, if any are missing.
   *
   * @return number of images
   * @throws TrainingDataException if an image cannot be used; the message names it
   */
  int computeFeatures() throws IOException;

  /** Returns the number of samples per epoch. */
  int samples();

  /** Returns the number of samples without a training target. */
  int samplesLeftOut();

  /**
   * Returns why samples cannot be trained on: one sentence for each, with the sample and the cure.
   * At such a sample LLaVA's trainer stops, or trains on images of other samples.
   */
  List<String> samplesRefused();

  /** Returns the number of all steps. */
  long steps();

  /** Returns the number of steps taken. */
  long stepsDone();

  /**
   * Performs one step; saves a checkpoint when one is due, and the trained model after the last
   * step.
   */
  StepReport step() throws IOException;

  /** Saves a checkpoint, unless that step is saved already or no step was taken yet. */
  void save() throws IOException;

  /** Whether the trained model is written. */
  boolean isDone();

  /** Returns the folder of the trained model, which need not exist yet. */
  Path model();

  @Override
  void close() throws IOException;
}
