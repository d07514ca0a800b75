package org.stfbatch.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * TokenPacker's projector (Li et al. 2024, arXiv:2407.02392): its tensors, and the blocks of CLIP
 * that it reads. Its weights do not depend on the scale factor.
 */
public final class TokenPacker {
  /** Its name in {@code mm_projector_type}. */
  static final String TYPE = "tokenpacker";

  /** The tensor by which it is recognized. */
  static final String QUERY = TensorNames.PROJECTOR + "q_proj_1.weight";

  private static final Pattern TENSOR =
      Pattern.compile(
          Pattern.quote(TensorNames.PROJECTOR) + "([qkv]_proj_1|ln_[qkv]_1|clip_attn|mlp)\\.");

  private static final String ATTENTION = TensorNames.PROJECTOR + "clip_attn.";

  /** Queries, keys and values of the attention, stacked. */
  private static final String STACKED = ATTENTION + "in_proj_weight";

  /** Number of blocks that are read. */
  private static final int BLOCKS = 4;

  /** The smallest selected block for which the four are different. */
  private static final int SMALLEST = 6;

  private TokenPacker() {}

  static boolean isIn(Map<String, TensorSlice> tensors) {
    return tensors.containsKey(QUERY);
  }

  /**
   * Returns the blocks that are read, ascending. The original's list 12, 16, 22, 23 belongs to a
   * tower of 24 blocks of which the last but one is selected; other towers are read at the same
   * fractions of their depth.
   *
   * @param selected the block that gives the queries
   * @throws CheckpointException if the tower is too small
   */
  static List<Integer> hiddenStates(int selected) {
    if (selected < SMALLEST) {
      throw new CheckpointException(
          "TokenPacker reads four different blocks of the vision tower up to block %d (mm_vision_select_layer), which needs at least block %d: use a tower of more blocks"
              .formatted(selected, SMALLEST));
    }
    int depth = selected + 1;
    return List.of(depth / 2, 2 * depth / 3, selected - 1, selected);
  }

  /**
   * Returns the names and shapes of its tensors.
   *
   * @param width channels of a block of CLIP
   * @param hidden the language model's hidden size
   */
  static Map<String, List<Long>> tensors(long width, long hidden) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(QUERY, Shapes.of(width, width));
    for (String perceptron : List.of("k_proj_1.", "v_proj_1.")) {
      String name = TensorNames.PROJECTOR + perceptron;
      ExpectedTensors.putLinear(shapes, name + 0, width, BLOCKS * width);
      ExpectedTensors.putLinear(shapes, name + 2, width, width);
    }
    for (String norm : List.of("ln_q_1", "ln_k_1", "ln_v_1")) {
      ExpectedTensors.putNorm(shapes, TensorNames.PROJECTOR + norm, width);
    }
    shapes.put(STACKED, Shapes.of(3 * width, width));
    shapes.put(ATTENTION + "in_proj_bias", Shapes.of(3 * width));
    ExpectedTensors.putLinear(shapes, ATTENTION + "out_proj", width, width);
    ExpectedTensors.putLinear(shapes, TensorNames.PROJECTOR + "mlp.0", hidden, width);
    ExpectedTensors.putLinear(shapes, TensorNames.PROJECTOR + "mlp.2", hidden, hidden);
    return shapes;
  }

  /** Returns whether a tensor belongs to such a projector and to no other. */
  static boolean isTensor(String name) {
    return TENSOR.matcher(name).lookingAt();
  }

  /** Returns whether a tensor is multiplied with all patches, not with the tokens alone. */
  public static boolean readsPatches(String tensor) {
    return tensor.startsWith(TensorNames.PROJECTOR + "k_proj_1.")
        || tensor.startsWith(TensorNames.PROJECTOR + "v_proj_1.");
  }

  /** Returns whether a tensor has one part for the tokens and two for all patches. */
  public static boolean isStacked(String tensor) {
    return tensor.equals(STACKED);
  }

  /** Returns whether a tensor multiplies the output of the vision tower. */
  public static boolean isFirst(String tensor) {
    return tensor.equals(QUERY) || readsPatches(tensor) && tensor.endsWith(".0.weight");
  }
}
