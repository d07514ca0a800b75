package org.stfbatch.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.stfbatch.model.TorchModule.Scope;
import org.stfbatch.model.checkpoint.CheckpointException;
import org.stfbatch.model.checkpoint.OptimizerState;

/**
 * The weights of a module in training, with their gradients and AdamW state. Used only by the
 * module's thread.
 */
public final class TrainedWeights {
  private final TorchModule module;
  private final SortedMap<String, List<Long>> shapes;
  private final SortedSet<String> trained;
  private final AdamWSettings optimizer;

  /**
   * @param shapes of all leaf tensors of the module
   * @param trained those whose gradients are collected
   */
  TrainedWeights(
      TorchModule module,
      SortedMap<String, List<Long>> shapes,
      SortedSet<String> trained,
      AdamWSettings optimizer) {
    this.module = module;
    this.shapes = Collections.unmodifiableSortedMap(new TreeMap<>(shapes));
    this.trained = Collections.unmodifiableSortedSet(new TreeSet<>(trained));
    this.optimizer = optimizer;
  }

  /** Returns the shapes of all tensors, trained or not, by their names in the checkpoint. */
  public SortedMap<String, List<Long>> shapes() {
    return shapes;
  }

  /** Returns the names of the trained tensors. */
  public SortedSet<String> trained() {
    return trained;
  }

  /** Returns the current values of a tensor. */
  public FloatTensor weight(String name) {
    return tensor("weight", name);
  }

  /** Returns the gradient of a trained tensor since the last step; requires a loss before. */
  public FloatTensor gradient(String name) {
    return tensor("gradient", name);
  }

  /** Returns AdamW's first moment of a trained tensor: the running mean of its gradients. */
  public FloatTensor firstMoment(String name) {
    return tensor("first_moment", name);
  }

  /**
   * Returns AdamW's second moment of a trained tensor: the running mean of its squared gradients.
   */
  public FloatTensor secondMoment(String name) {
    return tensor("second_moment", name);
  }

  private FloatTensor tensor(String method, String name) {
    return new FloatTensor(shapes.get(name), module.call(method, Scope::floats, name));
  }

  /**
   * Runs an AdamW step with the gradients and clears them. Requires a loss before.
   *
   * @return the gradients' global L2 norm before they were scaled down
   */
  public double step(double learningRate) {
    return module.call(
        "take_step",
        (scope, norm) -> norm.toDouble(),
        learningRate,
        optimizer.beta1(),
        optimizer.beta2(),
        optimizer.epsilon(),
        optimizer.gradientNorm());
  }

  /**
   * Restores the optimizer state; the weights must be those that were saved with it.
   *
   * @throws CheckpointException if the state is not that of these trained tensors
   */
  public void restore(OptimizerState state) {
    requireSameTensors(state);
    try (CheckpointMapper mapper = new CheckpointMapper(module, state.tensors())) {
      mapper.map(name -> true);
      module.call("restore_optimizer", state.steps());
      module.call("unmap");
    }
  }

  private void requireSameTensors(OptimizerState state) {
    Map<String, List<Long>> expected = new TreeMap<>();
    for (String name : trained) {
      expected.put(OptimizerState.first(name), shapes.get(name));
      expected.put(OptimizerState.second(name), shapes.get(name));
    }
    Map<String, List<Long>> present = new TreeMap<>();
    state.tensors().forEach(slice -> present.put(slice.name(), slice.shape()));
    if (!present.equals(expected)) {
      throw new CheckpointException(
          "the optimizer's state belongs to another model or stage: begin with a new --out");
    }
  }
}
