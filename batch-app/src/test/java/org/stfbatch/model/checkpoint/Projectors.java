package org.stfbatch.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Projectors of the variants of token fusion. */
final class Projectors {

  private static final String CROSS_LAYER = "model.mm_projector_crosslayer.";
  private static final String PROJECTOR = "model.mm_projector.";

  private Projectors() {}

  /** Multi-block fusion and 2x2 concatenation. */
  static Map<String, List<Long>> released(ClipVisionConfig vision, LlamaConfig llm, int blocks) {
    Map<String, List<Long>> shapes = crossLayer(vision, blocks);
    shapes.putAll(spatial(vision, llm));
    return shapes;
  }

  /** 2x2 concatenation without multi-block fusion. */
  static Map<String, List<Long>> spatial(ClipVisionConfig vision, LlamaConfig llm) {
    long width = 4L * vision.hiddenSize();
    return perceptron(width, 4 * width, llm.hiddenSize());
  }

  /** Multi-block fusion without spatial fusion. */
  static Map<String, List<Long>> multiBlock(ClipVisionConfig vision, LlamaConfig llm, int blocks) {
    Map<String, List<Long>> shapes = crossLayer(vision, blocks);
    shapes.putAll(plain(vision, llm));
    return shapes;
  }

  /** LLaVA-1.5. */
  static Map<String, List<Long>> plain(ClipVisionConfig vision, LlamaConfig llm) {
    return perceptron(vision.hiddenSize(), llm.hiddenSize(), llm.hiddenSize());
  }

  /**
   * The paper's Table 1: a learned 2x2 convolution, and 1x1 convolutions instead of linear layers.
   */
  static Map<String, List<Long>> paper(ClipVisionConfig vision, LlamaConfig llm, int blocks) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    long width = vision.hiddenSize();
    if (blocks > 1) {
      putConvolution(shapes, CROSS_LAYER + 0, 4 * width, blocks * width, 1);
      putConvolution(shapes, CROSS_LAYER + 2, width, 4 * width, 1);
    }
    putConvolution(shapes, PROJECTOR + 0, 4 * width, width, 2);
    putConvolution(shapes, PROJECTOR + 2, 16 * width, 4 * width, 1);
    putConvolution(shapes, PROJECTOR + 4, llm.hiddenSize(), 16 * width, 1);
    return shapes;
  }

  private static Map<String, List<Long>> crossLayer(ClipVisionConfig vision, int blocks) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    long width = vision.hiddenSize();
    ExpectedTensors.putLinear(shapes, CROSS_LAYER + 0, 4 * width, blocks * width);
    ExpectedTensors.putLinear(shapes, CROSS_LAYER + 2, width, 4 * width);
    return shapes;
  }

  private static Map<String, List<Long>> perceptron(long in, long inner, long out) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    ExpectedTensors.putLinear(shapes, PROJECTOR + 0, inner, in);
    ExpectedTensors.putLinear(shapes, PROJECTOR + 2, out, inner);
    return shapes;
  }

  private static void putConvolution(
      Map<String, List<Long>> shapes, String name, long out, long in, long side) {
    shapes.put(name + ".weight", Shapes.of(out, in, side, side));
    shapes.put(name + ".bias", Shapes.of(out));
  }
}
