package org.stfbatch.model.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random initialization of weights. A tensor's values depend only on the seed, its name and its
 * shape.
 *
 * <p>The vision tower is initialized like Hugging Face's {@code CLIPPreTrainedModel}, except for
 * two things that let it learn from thousands of images instead of millions: positions are {@link
 * GridPositions}, and a head's keys start equal to its queries, so that patches first attend to
 * similar and near patches (Trockman and Kolter 2023, arXiv:2305.09828, section 3). The projectors
 * are initialized like PyTorch's {@code Linear}. The language model's matrices preserve the
 * magnitude of activations, and those that add to the residual stream are scaled down with the
 * number of layers, as in GPT-2. Its heads are {@link FreshHeads}. TokenPacker's projector is
 * initialized as in its authors' code, and so is LLaVA-Mini's compressor.
 */
final class FreshWeights {
  static final double EMBEDDING = 0.2;

  private static final double PATCH_EMBEDDING = 0.02;

  private static final double TOKEN_PACKER = 0.02;

  private static final double COMPRESSOR_QUERY = 0.02;

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
    if (TokenPacker.isTensor(name)) {
      return drawTokenPacker(name, shape);
    }
    if (TensorNames.isCompressor(name)) {
      return drawCompressor(name, shape);
    }
    boolean isBias = name.endsWith(".bias");
    if (!TensorNames.isProjector(name) && !isNormWeight(name) && !isBias) {
      float[] values = drawNormal(name, shape);
      heads.form(name, values);
      return values;
    }
    float[] values = zeros(shape);
    if (TensorNames.isProjector(name)) {
      fillUniform(values, limit(name, shape), random(name));
    } else if (!isBias) {
      Arrays.fill(values, 1);
    }
    return values;
  }

  private float[] drawTokenPacker(String name, List<Long> shape) {
    float[] values = zeros(shape);
    Random random = random(name);
    if (name.contains(".ln_") && name.endsWith(".weight")) {
      Arrays.fill(values, 1);
    } else if (TokenPacker.isStacked(name)) {
      fillUniform(values, Math.sqrt(6.0 / (shape.get(0) + shape.get(1))), random);
    } else if (shape.size() > 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * TOKEN_PACKER);
      }
    }
    return values;
  }

  private float[] drawCompressor(String name, List<Long> shape) {
    if (LlavaMini.isPositions(name)) {
      return SinePositions.of(Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)));
    }
    float[] values = zeros(shape);
    Random random = random(name);
    if (LlavaMini.isQuery(name)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * COMPRESSOR_QUERY);
      }
    } else if (name.contains(".ln_") && name.endsWith(".weight")) {
      Arrays.fill(values, 1);
    } else if (LlavaMini.isStacked(name)) {
      fillUniform(values, Math.sqrt(6.0 / (shape.get(0) + shape.get(1))), random);
    } else if (shape.size() > 1) {
      fillUniform(values, limit(name, shape), random);
    }
    return values;
  }

  /** Draws weights around 0, without a later form. */
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
    return TensorNames.isVisionTower(name) ? name.replace("k_proj", "q_proj") : name;
  }

  private static boolean isNormWeight(String name) {
    return isOneOf(name, "norm.weight", "norm1.weight", "norm2.weight");
  }

  private static void fillUniform(float[] values, double limit, Random random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
  }

  /**
   * Returns the limit of the uniform distribution. A bias's shape does not tell its layer's number
   * of inputs; a small bias serves as well.
   */
  private static double limit(String name, List<Long> shape) {
    return name.endsWith(".bias") ? 1 / Math.sqrt(shape.get(0)) : 1 / Math.sqrt(inputs(shape));
  }

  private double deviation(String name, List<Long> shape) {
    return TensorNames.isVisionTower(name)
        ? towerDeviation(name, shape)
        : languageDeviation(name, shape);
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
    if (name.equals(TensorNames.EMBEDDING)) {
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
