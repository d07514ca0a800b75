package org.stfbatch.model.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Weights that have learned nothing yet. A tensor's values depend on the seed, its name and its
 * shape alone.
 *
 * <p>The vision tower's are spread as Hugging Face's {@code CLIPPreTrainedModel} does it, but for
 * two things that let it learn from thousands of pictures instead of millions: positions are {@link
 * GridPositions}, and a head's keys begin as its queries, so that patches first look at those that
 * are like them and near (Trockman and Kolter 2023, arXiv:2305.09828, section 3). The projectors'
 * are spread as PyTorch's {@code Linear}; the language model's matrices keep the size of what goes
 * through them, and those that add to the residual stream are smaller the more of them there are,
 * as GPT-2's. Its heads are {@link FreshHeads}.
 */
final class FreshWeights {
  static final double EMBEDDING = 0.2;

  private static final String TOWER = "vision_model.";
  private static final String PROJECTORS = "model.mm_projector";
  private static final double PATCH_EMBEDDING = 0.02;

  private final long seed;
  private final int visionBlocks;
  private final int languageLayers;
  private final FreshHeads heads;

  FreshWeights(long seed, int visionBlocks, LlamaConfig language) {
    this.seed = seed;
    this.visionBlocks = visionBlocks;
    languageLayers = language.numHiddenLayers();
    heads = new FreshHeads(this, language, seed);
  }

  /**
   * @param shape [out, in, ...] of matrices and convolutions, [out] of norms and biases
   */
  float[] draw(String name, List<Long> shape) {
    if (name.endsWith("position_embedding.weight")) {
      return GridPositions.of(Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)));
    }
    boolean isBias = name.endsWith(".bias");
    if (!name.startsWith(PROJECTORS) && !isNormWeight(name) && !isBias) {
      float[] values = drawNormal(name, shape);
      heads.form(name, values);
      return values;
    }
    float[] values = zeros(shape);
    if (name.startsWith(PROJECTORS)) {
      fillUniform(values, limit(name, shape), random(name));
    } else if (!isBias) {
      Arrays.fill(values, 1);
    }
    return values;
  }

  /** Weights around 0, whatever form is given to them. */
  float[] drawNormal(String name, List<Long> shape) {
    float[] values = zeros(shape);
    Random random = random(name);
    double deviation = deviation(name, shape);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  private static float[] zeros(List<Long> shape) {
    return new float[Math.toIntExact(Shapes.elementCount(shape))];
  }

  private Random random(String name) {
    return new Random(seed * 0x9E3779B97F4A7C15L + drawnAs(name).hashCode());
  }

  private static String drawnAs(String name) {
    return name.startsWith(TOWER) ? name.replace("k_proj", "q_proj") : name;
  }

  private static boolean isNormWeight(String name) {
    return isOneOf(name, "norm.weight", "norm1.weight", "norm2.weight");
  }

  private static void fillUniform(float[] values, double limit, Random random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
  }

  /** A bias's shape does not tell its layer's inputs; a bias is as good small. */
  private static double limit(String name, List<Long> shape) {
    return name.endsWith(".bias") ? 1 / Math.sqrt(shape.get(0)) : 1 / Math.sqrt(inputs(shape));
  }

  private double deviation(String name, List<Long> shape) {
    return name.startsWith(TOWER) ? towerDeviation(name, shape) : languageDeviation(name, shape);
  }

  private double towerDeviation(String name, List<Long> shape) {
    double inBlocks = 1 / Math.sqrt(2.0 * visionBlocks);
    if (name.endsWith("patch_embedding.weight")) {
      return PATCH_EMBEDDING;
    } else if (name.endsWith("class_embedding")) {
      return 1 / Math.sqrt(shape.get(shape.size() - 1));
    } else if (isOneOf(
        name, "q_proj.weight", "k_proj.weight", "v_proj.weight", "out_proj.weight")) {
      return 1 / Math.sqrt(inputs(shape));
    } else if (name.endsWith("fc1.weight")) {
      return 1 / Math.sqrt(2 * inputs(shape));
    } else if (name.endsWith("fc2.weight")) {
      return inBlocks / Math.sqrt(shape.get(0));
    }
    return inBlocks / Math.sqrt(inputs(shape));
  }

  private double languageDeviation(String name, List<Long> shape) {
    if (name.equals(ExpectedTensors.EMBEDDING)) {
      return EMBEDDING;
    } else if (isOneOf(name, "o_proj.weight", "down_proj.weight")) {
      return 1 / Math.sqrt(2.0 * languageLayers * inputs(shape));
    }
    return 1 / Math.sqrt(inputs(shape));
  }

  private static boolean isOneOf(String name, String... ends) {
    return Arrays.stream(ends).anyMatch(name::endsWith);
  }

  private static double inputs(List<Long> shape) {
    return shape.stream().skip(1).mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
  }
}
