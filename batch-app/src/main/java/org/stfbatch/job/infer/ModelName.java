package org.stfbatch.job.infer;

import org.stfbatch.base.ModelIdentity;

/**
 * What answers and metrics are signed with.
 *
 * @param name the checkpoint folder's name
 * @param identity what makes answers comparable
 * @param place where the model runs
 */
public record ModelName(String name, ModelIdentity identity, Place place) {
  /** A model that runs nowhere in particular. */
  public ModelName(String name, ModelIdentity identity) {
    this(name, identity, new Place("none", "none", 0));
  }

  /**
   * Where and how precisely a model runs.
   *
   * @param device as given on the command line
   * @param dtype of weights and activations
   * @param batch jobs that all devices together generate
   */
  public record Place(String device, String dtype, int batch) {}
}
