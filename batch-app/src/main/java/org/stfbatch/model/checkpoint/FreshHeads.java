package org.stfbatch.model.checkpoint;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Initialization of the attention heads of a new language model. To retrieve something from their
 * context, trained models have previous-token heads and induction heads, which attend to tokens
 * like their own and to the tokens after those (Olsson et al. 2022, arXiv:2209.11895). Randomly
 * initialized heads must learn this first; initialized in that form, they need fewer samples (as
 * Trockman and Kolter 2023, arXiv:2305.09828, found for other forms):
 *
 * <ul>
 *   <li>In the first layer, head i attends i + 1 tokens back; the last head keeps its random
 *       weights.
 *   <li>In the other layers of the first half, head 0 attends one token back, head 1 to tokens like
 *       the one before, and head i to the token i - 1 positions after a token like the query's.
 *   <li>In the remaining layers, head 0 attends one token back; the others keep their random
 *       weights.
 * </ul>
 *
 * <p>Models with shared keys (grouped queries) keep their random weights in all heads. Training can
 * change all of these weights.
 *
 * <p>Heads that attend back do so by position alone: all embeddings have one direction in common,
 * which queries and keys map to two directions that rotary position embedding makes parallel at the
 * required distance. Heads that compare tokens use the pairs of coordinates that hardly rotate over
 * a context's length; a token's information about the tokens before it is what the first layer's
 * head of that distance has added.
 */
final class FreshHeads {
  private static final Pattern PROJECTION =
      Pattern.compile(
          Pattern.quote(TensorNames.LAYERS) + "(\\d+)\\.self_attn\\.([qkvo])_proj\\.weight");

  /** Increase of a head's score for the token that it attends to. */
  private static final double BACK_SCORE = 10;

  private static final double LIKENESS_SCORE = 8;

  /** Scale of the first layer's head outputs, so that the next layers can read them. */
  private static final double FIRST_WRITES = 2;

  /** Approximate variance that the first layer adds to the residual stream. */
  private static final double FIRST_VARIANCE = 0.08;

  /** The same of each later layer. */
  private static final double NEXT_VARIANCE = 0.07;

  /** Scale of the remaining random part of queries and keys. */
  private static final double REST = 0.3;

  private final FreshWeights weights;
  private final long seed;
  private final int layers;
  private final int heads;
  private final int size;
  private final int width;
  private final double ropeTheta;
  private final boolean shareKeys;
  private final double[] common;

  /**
   * @param weights source of the first layer's random weights
   */
  FreshHeads(FreshWeights weights, LlamaConfig config, long seed) {
    this.weights = weights;
    this.seed = seed;
    layers = config.numHiddenLayers();
    heads = config.numAttentionHeads();
    size = config.headSize();
    width = config.hiddenSize();
    ropeTheta = config.rope().theta();
    shareKeys = config.numKeyValueHeads() != heads;
    Random random = new Random(seed);
    common = random.doubles(width).map(value -> value < 0.5 ? -1 : 1).toArray();
  }

  /** Initializes a random tensor of the language model in the form that heads need. */
  void form(String name, float[] values) {
    Rows rows = new Rows(values, width);
    Matcher projection = PROJECTION.matcher(name);
    if (shareKeys) {
      return;
    }
    if (name.equals(TensorNames.EMBEDDING)) {
      formEmbeddings(rows);
    } else if (projection.matches()) {
      int layer = Integer.parseInt(projection.group(1));
      switch (projection.group(2)) {
        case "q" -> formHeads(rows, layer, true);
        case "k" -> formHeads(rows, layer, false);
        case "v" -> formValues(rows, layer);
        default -> formOutput(rows, layer);
      }
    }
  }

  private void formEmbeddings(Rows embeddings) {
    for (int row = 0; row < embeddings.values().length / width; row++) {
      embeddings.add(row, common, FreshWeights.EMBEDDING);
    }
  }

  private void formHeads(Rows projection, int layer, boolean queries) {
    int lookingBack = layer == 0 ? backwardHeadsOfFirstLayer() : 1;
    for (int head = 0; head < lookingBack; head++) {
      scaleDown(projection, head);
      attendBack(projection, layer, head, queries ? -(head + 1) : 0);
    }
    if (layer > 0 && layer <= layers / 2) {
      FirstHeads first = firstHeads();
      for (int head = lookingBack; head < heads; head++) {
        scaleDown(projection, head);
        compare(projection, layer, head, first, queries);
      }
    }
  }

  /** Returns the number of heads of the first layer that attend back. */
  private int backwardHeadsOfFirstLayer() {
    return heads - 1;
  }

  private void scaleDown(Rows projection, int head) {
    for (int row = head * size; row < (head + 1) * size; row++) {
      projection.scale(row, REST);
    }
  }

  /**
   * @param turn number of positions by which queries are rotated back, so that they match the keys
   *     there
   */
  private void attendBack(Rows projection, int layer, int head, int turn) {
    Random random = new Random(seed + 31L * layer + head);
    int pairs = size / 2;
    int fast = Math.max(1, pairs / 4);
    double scale = Math.sqrt(BACK_SCORE * Math.sqrt(size) / fast) / (width * embeddings(layer));
    for (int pair = 0; pair < fast; pair++) {
      double start = 2 * Math.PI * random.nextDouble();
      double angle = start + turn * Math.pow(ropeTheta, -(double) pair / pairs);
      projection.add(head * size + pair, common, scale * Math.cos(angle));
      projection.add(head * size + pairs + pair, common, scale * Math.sin(angle));
    }
  }

  /** Random weights of the first layer's heads: values and output. */
  private record FirstHeads(Rows values, Rows output) {}

  private FirstHeads firstHeads() {
    return new FirstHeads(firstProjection("v"), firstProjection("o"));
  }

  private Rows firstProjection(String projection) {
    String name = TensorNames.layer(0) + "self_attn." + projection + "_proj.weight";
    return new Rows(weights.drawNormal(name, Shapes.of(width, width)), width);
  }

  /**
   * Lets one side of a score read a token like a head of the first layer, and the other side read
   * that head's output: they match if the one token is what the other attended to.
   */
  private void compare(Rows projection, int layer, int head, FirstHeads first, boolean queries) {
    boolean readsToken = queries != (head == 1);
    int from = size * (head == 1 ? 0 : head - 2);
    double writes = FIRST_WRITES / Math.sqrt(2.0 * layers);
    double written = writes * writes * Math.sqrt(0.5) / Math.sqrt(variance(layer));
    double match = embeddings(layer) * written * size / 2;
    double strength = writes * LIKENESS_SCORE * Math.sqrt(size) / match;
    int pairs = size / 2;
    for (int i = 0; i < pairs; i++) {
      int row = head * size + (i < pairs / 2 ? pairs / 2 + i : pairs + i);
      if (readsToken) {
        projection.set(row, first.values(), from + i, strength);
      } else {
        projection.setToColumn(row, first.output(), from + i, FIRST_WRITES / writes);
      }
      projection.removeDirection(row, common);
    }
  }

  /** Removes the common direction of all tokens, which would dominate their differences. */
  private void formValues(Rows projection, int layer) {
    for (int row = 0; layer == 0 && row < backwardHeadsOfFirstLayer() * size; row++) {
      projection.removeDirection(row, common);
    }
  }

  private void formOutput(Rows projection, int layer) {
    if (layer == 0) {
      projection.scaleColumns(backwardHeadsOfFirstLayer() * size, FIRST_WRITES);
    }
  }

  /** Returns the fraction of embeddings in a layer's normalized input. */
  private static double embeddings(int layer) {
    return FreshWeights.EMBEDDING / Math.sqrt(variance(layer));
  }

  /**
   * Returns the variance of a layer's input in the residual stream: embeddings, their common
   * direction, and outputs of earlier layers.
   */
  private static double variance(int layer) {
    double begin = 2 * FreshWeights.EMBEDDING * FreshWeights.EMBEDDING;
    return layer == 0 ? begin : begin + FIRST_VARIANCE + NEXT_VARIANCE * (layer - 1);
  }
}
