package org.stfbatch.model.checkpoint;

import static org.stfbatch.model.checkpoint.TensorNames.CROSS_LAYER;
import static org.stfbatch.model.checkpoint.TensorNames.PROJECTOR;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Detects the fusion variant from the shapes of the projectors, and lists the shapes that this
 * variant requires.
 *
 * <p>Released form: two perceptrons of two linear layers, the second over four concatenated
 * patches. Paper, Table 1: an additional learned 2x2 convolution. The widths between the layers are
 * free. {@code config.json} gives what shapes cannot tell (averages, neighbourhoods other than 2x2,
 * and several tokens per neighbourhood): {@code mm_spatial_fusion}, {@code mm_spatial_kernel},
 * {@code mm_spatial_tokens}.
 */
record FusionShapes(FusionConfig config, Map<String, List<Long>> expected) {

  private static final String WEIGHT = ".weight";

  /**
   * @param tensors the checkpoint's tensors, with 1x1 convolutions given as matrices
   * @throws CheckpointException naming the tensor whose shape fits no known variant
   */
  static FusionShapes detect(
      Map<String, TensorSlice> tensors, LlavaSettings settings, ClipVisionConfig vision) {
    return new Detector(tensors, settings, vision).detect();
  }

  /**
   * Returns the blocks that multi-block fusion reads, as indices into {@code hidden_states}: the
   * selected one, then every (blocks / count)-th one below the last, descending.
   *
   * @param blocks of the tower
   * @param count a divisor of {@code blocks}
   */
  static List<Integer> fusedStates(int selected, int blocks, int count) {
    List<Integer> states = new ArrayList<>();
    states.add(selected);
    int step = blocks / count;
    for (int state = blocks - step; state > 0; state -= step) {
      states.add(state);
    }
    return states;
  }

  private record Detector(
      Map<String, TensorSlice> tensors, LlavaSettings settings, ClipVisionConfig vision) {

    FusionShapes detect() {
      if (LlavaMini.isIn(tensors, settings.mini())) {
        return llavaMini();
      }
      return TokenPacker.isIn(tensors) ? tokenPacker() : twoPerceptrons();
    }

    private FusionShapes llavaMini() {
      LlavaMini mini = LlavaMini.detect(tensors, settings.mini(), vision.hiddenSize());
      if (settings.spatialFusion().isPresent()) {
        throw new CheckpointException(
            "the setting mm_spatial_fusion, scale_factor or mm_projector_type asks for %s, which LLaVA-Mini does not have: remove scale_factor or mm_spatial_fusion, or set mm_projector_type to mlp2x_gelu"
                .formatted(settings.spatialFusion().get().describe()));
      }
      FusionConfig config =
          new FusionConfig(
              List.of(selectedState()), false, SpatialFusion.NONE, false, Optional.of(mini));
      Map<String, List<Long>> expected =
          new LinkedHashMap<>(
              ExpectedTensors.fusion(
                  config,
                  vision.hiddenSize(),
                  settings.language().hiddenSize(),
                  settings.language().hiddenSize()));
      expected.putAll(mini.tensors(vision.hiddenSize(), settings.language()));
      return new FusionShapes(config, expected);
    }

    private FusionShapes tokenPacker() {
      SpatialFusion spatial =
          settings
              .spatialFusion()
              .orElse(new SpatialFusion(SpatialFusion.Form.PACKER, SpatialFusion.PACKER_KERNEL, 1));
      if (spatial.form() != SpatialFusion.Form.PACKER) {
        throw new CheckpointException(
            "tensor '%s' belongs to TokenPacker's projector, but the setting mm_spatial_fusion asks for %s: remove the setting"
                .formatted(TokenPacker.QUERY, spatial.describe()));
      }
      if (vision.grid() % spatial.kernel() != 0) {
        throw new CheckpointException(
            "the setting scale_factor is %d (tokenpacker:s%d), and the vision tower has %d patches a side: choose one of %s"
                .formatted(
                    spatial.kernel(), spatial.kernel(), vision.grid(), divisors(vision.grid())));
      }
      List<Integer> states = TokenPacker.hiddenStates(selectedState());
      FusionConfig config = new FusionConfig(states, false, spatial, false);
      return new FusionShapes(
          config, TokenPacker.tensors(vision.hiddenSize(), settings.language().hiddenSize()));
    }

    private static String divisors(int patches) {
      return IntStream.rangeClosed(2, patches)
          .filter(factor -> patches % factor == 0)
          .mapToObj(String::valueOf)
          .collect(Collectors.joining(", "));
    }

    private FusionShapes twoPerceptrons() {
      Map<String, List<Long>> expected = new LinkedHashMap<>();
      boolean multiBlock = tensors.containsKey(CROSS_LAYER + 0 + WEIGHT);
      List<Integer> hiddenStates = List.of(selectedState());
      long width = vision.hiddenSize();
      if (multiBlock) {
        List<Long> first = matrix(CROSS_LAYER + 0 + WEIGHT);
        List<Long> second = matrix(CROSS_LAYER + 2 + WEIGHT);
        hiddenStates = fusedStates(first.get(1));
        width = second.get(0);
        ExpectedTensors.putLinear(expected, CROSS_LAYER + 0, first.get(0), first.get(1));
        ExpectedTensors.putLinear(expected, CROSS_LAYER + 2, width, first.get(0));
      }
      SpatialFusion spatial = projector(width, expected);
      requireFit(spatial, width);
      boolean trailingGelu = spatial.form() == SpatialFusion.Form.CONV;
      return new FusionShapes(
          new FusionConfig(hiddenStates, multiBlock, spatial, trailingGelu), expected);
    }

    private void requireFit(SpatialFusion spatial, long width) {
      if (vision.grid() % spatial.kernel() != 0) {
        throw new CheckpointException(
            "the vision tower has %d patches a side (image_size / patch_size); %dx%d fusion needs a multiple of %d"
                .formatted(vision.grid(), spatial.kernel(), spatial.kernel(), spatial.kernel()));
      }
      if (spatial.kernel() * spatial.kernel() * width % spatial.tokens() != 0) {
        throw new CheckpointException(
            "the setting mm_spatial_tokens is %d; the %d channels of %dx%d patches cannot be cut into so many parts"
                .formatted(
                    spatial.tokens(),
                    spatial.kernel() * spatial.kernel() * width,
                    spatial.kernel(),
                    spatial.kernel()));
      }
    }

    private SpatialFusion projector(long width, Map<String, List<Long>> expected) {
      if (settings.spatialFusion().filter(s -> s.form() == SpatialFusion.Form.PACKER).isPresent()) {
        throw new CheckpointException(
            "tensor '%s' is missing: the settings mm_projector_type and scale_factor tell of TokenPacker's projector; correct them, or add its tensors"
                .formatted(TokenPacker.QUERY));
      }
      List<Long> first = shape(PROJECTOR + 0 + WEIGHT);
      if (first.size() == 4) {
        putConvolution(width, first.get(0), expected);
        return SpatialFusion.CONV;
      }
      List<Long> matrix = matrix(PROJECTOR + 0 + WEIGHT);
      ExpectedTensors.putLinear(expected, PROJECTOR + 0, matrix.get(0), matrix.get(1));
      ExpectedTensors.putLinear(
          expected, PROJECTOR + 2, settings.language().hiddenSize(), matrix.get(0));
      SpatialFusion wanted = settings.spatialFusion().orElse(SpatialFusion.CONCAT);
      if (matrix.get(1) == wanted.tokenWidth(width)) {
        return wanted;
      } else if (matrix.get(1) == width && settings.spatialFusion().isEmpty()) {
        return SpatialFusion.NONE;
      }
      throw new CheckpointException(
          "tensor '%s' has shape %s; expected an input width of %s"
              .formatted(PROJECTOR + 0 + WEIGHT, first, widths(wanted, width)));
    }

    private String widths(SpatialFusion wanted, long width) {
      String fused = "%d (%s)".formatted(wanted.tokenWidth(width), wanted.describe());
      return settings.spatialFusion().isPresent()
          ? fused
          : "%d (one patch) or %s".formatted(width, fused);
    }

    private void putConvolution(long width, long out, Map<String, List<Long>> expected) {
      expected.put(PROJECTOR + 0 + WEIGHT, Shapes.of(out, width, 2, 2));
      expected.put(PROJECTOR + 0 + ".bias", Shapes.of(out));
      long inner = matrix(PROJECTOR + 2 + WEIGHT).get(0);
      ExpectedTensors.putLinear(expected, PROJECTOR + 2, inner, out);
      ExpectedTensors.putLinear(expected, PROJECTOR + 4, settings.language().hiddenSize(), inner);
    }

    private int selectedState() {
      int blocks = vision.numHiddenLayers();
      int index =
          settings.selectLayer() < 0 ? blocks + 1 + settings.selectLayer() : settings.selectLayer();
      if (index < 0 || index > blocks) {
        throw new CheckpointException(
            "the setting mm_vision_select_layer is %d; the vision tower has only %d blocks"
                .formatted(settings.selectLayer(), blocks));
      }
      return index;
    }

    private List<Integer> fusedStates(long inputWidth) {
      int blocks = vision.numHiddenLayers();
      long count = inputWidth / vision.hiddenSize();
      if (inputWidth % vision.hiddenSize() != 0 || count < 2 || blocks % count != 0) {
        throw new CheckpointException(
            "tensor '%s' has the input width %d; expected the tower's width %d times a divisor of its %d blocks"
                .formatted(CROSS_LAYER + 0 + WEIGHT, inputWidth, vision.hiddenSize(), blocks));
      }
      return FusionShapes.fusedStates(selectedState(), blocks, (int) count);
    }

    private List<Long> matrix(String name) {
      List<Long> shape = shape(name);
      if (shape.size() != 2) {
        throw new CheckpointException(
            "tensor '%s' has shape %s; expected a matrix or a 1x1 convolution"
                .formatted(name, shape));
      }
      return shape;
    }

    private List<Long> shape(String name) {
      TensorSlice tensor = tensors.get(name);
      if (tensor == null) {
        throw new CheckpointException(
            "tensor '%s' is missing: this is no LLaVA checkpoint, or a shard of it is missing"
                .formatted(name));
      }
      return tensor.shape();
    }
  }
}
