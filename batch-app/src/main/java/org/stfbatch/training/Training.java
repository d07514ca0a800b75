package org.stfbatch.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One stage of training in a folder of its own: first what it computes once of all pictures, then
 * the steps. Killed at any moment, opening it again goes on behind what was saved last, and in
 * float32 on the same machine takes the same steps as if it had never been interrupted.
 *
 * <p>Used by one thread only.
 */
public interface Training extends AutoCloseable {
  /** Pictures that features are needed of before the first step. */
  int pictures();

  /** Those that have them. */
  int picturesDone();

  /**
   * Computes features of some more pictures, if any are missing.
   *
   * @return how many
   * @throws TrainingDataException naming a picture that cannot be used
   */
  int computeFeatures() throws IOException;

  /** Samples that are learned in each epoch. */
  int samples();

  /** Samples of the data that have nothing to learn from. */
  int samplesLeftOut();

  /**
   * Why further samples of the data cannot be learned, a sentence each that names the sample and
   * the cure. LLaVA's trainer ends where it comes to one of them, or learns it with pictures that
   * are not its own.
   */
  List<String> samplesRefused();

  /** All steps. */
  long steps();

  /** Steps taken. */
  long stepsDone();

  /** Takes a step; saves a checkpoint when one is due, and after the last step the model. */
  StepReport step() throws IOException;

  /** Saves what was learned, unless it is saved already or nothing was learned yet. */
  void save() throws IOException;

  /** Whether the trained model is written. */
  boolean isDone();

  /** Where the trained model is, or will be. */
  Path model();

  @Override
  void close() throws IOException;
}
