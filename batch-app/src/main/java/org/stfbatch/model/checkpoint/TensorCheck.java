package org.stfbatch.model.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Validates the tensors of a checkpoint against the expected ones. */
final class TensorCheck {

  /**
   * Tensors that training or other versions leave in a checkpoint and that the model does not use.
   */
  private static final Pattern HARMLESS =
      Pattern.compile(
          "model\\.vision_tower\\..*|.*\\.rotary_emb\\.inv_freq|.*\\.position_ids|model\\.image_newline"
              + "|"
              + Pattern.quote(TensorNames.VISION_TOWER + "post_layernorm.")
              + ".*");

  private static final int NAMED = 3;

  private TensorCheck() {}

  /**
   * Returns the expected tensors among those found.
   *
   * @throws CheckpointException naming missing, misshapen and unknown tensors, and what was
   *     expected
   */
  static SortedMap<String, TensorSlice> select(
      Object origin, Map<String, TensorSlice> found, Map<String, List<Long>> expected) {
    SortedMap<String, TensorSlice> selected = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    expected.forEach(
        (name, shape) -> {
          TensorSlice tensor = found.get(name);
          if (tensor == null) {
            missing.add("'%s' of shape %s".formatted(name, shape));
          } else if (!tensor.shape().equals(shape)) {
            wrong.add("'%s' has shape %s, expected %s".formatted(name, tensor.shape(), shape));
          } else if (!tensor.dtype().isWeightType()) {
            wrong.add(
                "'%s' is %s, expected float32, float16 or bfloat16"
                    .formatted(name, tensor.dtype().torchName()));
          } else {
            selected.put(name, tensor);
          }
        });
    List<String> extra =
        found.keySet().stream()
            .filter(name -> !expected.containsKey(name) && !HARMLESS.matcher(name).matches())
            .map(name -> "'%s' of shape %s".formatted(name, found.get(name).shape()))
            .toList();
    List<String> problems = new ArrayList<>();
    describe("missing tensor", missing, problems);
    describe("misshapen tensor", wrong, problems);
    describe("unknown tensor", extra, problems);
    if (!problems.isEmpty()) {
      throw new CheckpointException(
          "%s does not hold the weights that its configuration calls for: %s; download the checkpoint again, or correct its config.json"
              .formatted(origin, String.join("; ", problems)));
    }
    return selected;
  }

  private static void describe(String kind, List<String> found, List<String> problems) {
    if (found.isEmpty()) {
      return;
    }
    String named = String.join(", ", found.subList(0, Math.min(NAMED, found.size())));
    String more = found.size() > NAMED ? " and %d more".formatted(found.size() - NAMED) : "";
    problems.add(kind + " " + named + more);
  }
}
