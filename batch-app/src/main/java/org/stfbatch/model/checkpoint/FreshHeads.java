package org.stfbatch.model.checkpoint;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the attention heads of a fresh language model look at. To look something up in what they
 * read, trained models have heads that look at the tokens before, and heads that look for tokens
 * like their own and at what came behind those (Olsson et al. 2022, arXiv:2209.11895). Drawn at
 * random, heads must find that out first; begun in that form, they need fewer samples (as Trockman
 * and Kolter 2023, arXiv:2305.09828, found for other forms):
 *
 * <ul>
 *   <li>In the first layer, head i looks i + 1 tokens back; the last one is left as it was drawn.
 *   <li>In the other layers of the first half, head 0 looks one token back, head 1 for tokens like
 *       the one before, and head i for what stands i - 1 tokens behind a token like the one that
 *       asks.
 *   <li>In the layers after them, head 0 looks one token back; the others are left as they were
 *       drawn.
 * </ul>
 *
 * <p>Models whose heads share keys are left as they were drawn altogether. Everything can be
 * unlearned.
 *
 * <p>Heads that look back do it by position alone: all embeddings begin with a direction in common,
 * which queries and keys turn into two directions that rotary position embedding makes parallel at
 * the wanted distance. Heads that look for likeness compare in those pairs of coordinates that
 * hardly turn over a context's length; a token shows what is some places before it by what the
 * first layer's head of that distance has added.
 */
final class FreshHeads {
  private static final Pattern PROJECTION =
      Pattern.compile("model\\.layers\\.(\\d+)\\.self_attn\\.([qkvo])_proj\\.weight");

  /** By how much a head's score is higher for the token that it looks at. */
  private static final double BACK_SCORE = 10;

  private static final double LIKENESS_SCORE = 8;

  /** How much more the first layer's heads write than others, to be legible in the next layers. */
  private static final double FIRST_WRITES = 2;

  /**
   * About the variance that the first layer adds to the residual stream, and each of the others.
   */
  private static final double FIRST_VARIANCE = 0.08;

  private static final double NEXT_VARIANCE = 0.07;

  /** What is left of the drawn queries and keys. */
  private static final double REST = 0.3;

  private final FreshWeights weights;
  private final LlamaConfig config;
  private final long seed;
  private final double[] common;

  /**
   * @param weights that draw the first layer's heads
   */
  FreshHeads(FreshWeights weights, LlamaConfig config, long seed) {
    this.weights = weights;
    this.config = config;
    this.seed = seed;
    common = signs(new Random(seed), config.hiddenSize());
  }

  /** Gives what was drawn for a tensor of the language model the form that heads need. */
  void form(String name, float[] values) {
    if (config.numKeyValueHeads() != config.numAttentionHeads()) {
      return;
    }
    Matcher projection = PROJECTION.matcher(name);
    if (name.equals(ExpectedTensors.EMBEDDING)) {
      addCommon(values);
    } else if (projection.matches()) {
      int layer = Integer.parseInt(projection.group(1));
      switch (projection.group(2)) {
        case "q" -> formHeads(values, layer, true);
        case "k" -> formHeads(values, layer, false);
        case "v" -> formValues(values, layer);
        default -> formOutput(values, layer);
      }
    }
  }

  private void addCommon(float[] embeddings) {
    int width = config.hiddenSize();
    for (int i = 0; i < embeddings.length; i++) {
      embeddings[i] += (float) (FreshWeights.EMBEDDING * common[i % width]);
    }
  }

  /** What all tokens have in common would drown what tells them from each other. */
  private void formValues(float[] values, int layer) {
    int width = config.hiddenSize();
    for (int row = 0; layer == 0 && row < config.headSize() * lookingBack(); row++) {
      double along = 0;
      for (int i = 0; i < width; i++) {
        along += values[row * width + i] * common[i];
      }
      for (int i = 0; i < width; i++) {
        values[row * width + i] -= (float) (along * common[i] / width);
      }
    }
  }

  /** How many heads of the first layer do. */
  private int lookingBack() {
    return config.numAttentionHeads() - 1;
  }

  private void formOutput(float[] values, int layer) {
    for (int i = 0; layer == 0 && i < values.length; i++) {
      if (i % config.hiddenSize() < lookingBack() * config.headSize()) {
        values[i] *= (float) FIRST_WRITES;
      }
    }
  }

  private void formHeads(float[] values, int layer, boolean queries) {
    for (int head = 0; head < config.numAttentionHeads(); head++) {
      int back = layer == 0 ? (head + 1) % config.numAttentionHeads() : head == 0 ? 1 : 0;
      if (back > 0) {
        weaken(values, head);
        lookBack(values, layer, head, queries ? -back : 0);
      } else if (layer > 0 && layer <= config.numHiddenLayers() / 2) {
        weaken(values, head);
        compare(values, layer, head, queries);
      }
    }
  }

  /**
   * @param turn by how many places queries are turned back, so that they meet the keys there
   */
  private void lookBack(float[] values, int layer, int head, int turn) {
    Random random = new Random(seed + 31L * layer + head);
    int pairs = config.headSize() / 2;
    int fast = Math.max(1, pairs / 4);
    double scale = Math.sqrt(BACK_SCORE * Math.sqrt(config.headSize()) / fast);
    for (int pair = 0; pair < fast; pair++) {
      double angle =
          2 * Math.PI * random.nextDouble()
              + turn * Math.pow(config.ropeTheta(), -(double) pair / pairs);
      int row = head * config.headSize() + pair;
      addCommonTo(values, row, layer, scale * Math.cos(angle));
      addCommonTo(values, row + pairs, layer, scale * Math.sin(angle));
    }
  }

  /** Lets a row see {@code value} in every token. */
  private void addCommonTo(float[] values, int row, int layer, double value) {
    int width = config.hiddenSize();
    for (int i = 0; i < width; i++) {
      values[row * width + i] += (float) (value * common[i] / (width * embeddingShare(layer)));
    }
  }

  private void weaken(float[] values, int head) {
    int count = config.headSize() * config.hiddenSize();
    for (int i = head * count; i < (head + 1) * count; i++) {
      values[i] *= (float) REST;
    }
  }

  private void compare(float[] values, int layer, int head, boolean queries) {
    int width = config.hiddenSize();
    int begin = head * config.headSize();
    int pairs = config.headSize() / 2;
    double[][] rows = head == 1 ? read(layer, 0, !queries) : read(layer, head - 2, queries);
    for (int i = 0; i < rows.length; i++) {
      int row = begin + (i < pairs / 2 ? pairs / 2 + i : pairs + i);
      for (int j = 0; j < width; j++) {
        values[row * width + j] = (float) rows[i][j];
      }
    }
  }

  /**
   * Reads a token as a head of the first layer does, or reads what that head wrote. The two match
   * where one token is what the other looked at: [size / 2, width].
   */
  private double[][] read(int layer, int firstHead, boolean token) {
    int width = config.hiddenSize();
    int begin = firstHead * config.headSize();
    String source = "model.layers.0.self_attn." + (token ? "v" : "o") + "_proj.weight";
    float[] drawn = weights.drawNormal(source, Shapes.of(width, width));
    double writes = FIRST_WRITES / Math.sqrt(2.0 * config.numHiddenLayers());
    double written = writes * writes * Math.sqrt(0.5) / Math.sqrt(variance(layer));
    double scale =
        token ? writes * likeness(embeddingShare(layer) * written) : FIRST_WRITES / writes;
    double[][] rows = new double[config.headSize() / 2][width];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < width; j++) {
        rows[i][j] = scale * drawn[token ? (begin + i) * width + j : j * width + begin + i];
      }
      takeOutCommon(rows[i]);
    }
    return rows;
  }

  /** What products of queries and keys are to be scaled by, if they match with that strength. */
  private double likeness(double match) {
    return LIKENESS_SCORE * Math.sqrt(config.headSize()) / (config.headSize() / 2 * match);
  }

  /** How large embeddings still are in a layer's normalised input. */
  private double embeddingShare(int layer) {
    return FreshWeights.EMBEDDING / Math.sqrt(variance(layer));
  }

  private static double variance(int layer) {
    double embeddings = 2 * FreshWeights.EMBEDDING * FreshWeights.EMBEDDING;
    return layer == 0 ? embeddings : embeddings + FIRST_VARIANCE + NEXT_VARIANCE * (layer - 1);
  }

  private void takeOutCommon(double[] row) {
    double along = 0;
    for (int i = 0; i < row.length; i++) {
      along += row[i] * common[i];
    }
    for (int i = 0; i < row.length; i++) {
      row[i] -= along * common[i] / row.length;
    }
  }

  private static double[] signs(Random random, int count) {
    return random.doubles(count).map(value -> value < 0.5 ? -1 : 1).toArray();
  }
}
