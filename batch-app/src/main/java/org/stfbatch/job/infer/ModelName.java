package org.stfbatch.job.infer;

import org.stfbatch.base.ModelIdentity;

/**
 * Name and identity of a model, stored with answers and metrics.
 *
 * @param name the checkpoint folder's name
 * @param identity what makes answers comparable
 * @param place where the model runs
 */
public record ModelName(String name, ModelIdentity identity, Place place) {
  /** Creates the name of a model without a device. */
  public ModelName(String name, ModelIdentity identity) {
    this(name, identity, new Place("none", "none", 0));
  }

  /**
   * Device, precision and batch size of a model.
   *
   * @param device as given on the command line
   * @param dtype of weights and activations
   * @param batch the sequences that all devices together generate at once
   */
  public record Place(String device, String dtype, int batch) {}
}
