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

  /** About the variance that the first layer adds to the residual stream, and others add. */
  private static final double FIRST_VARIANCE = 0.08;

  private static final double NEXT_VARIANCE = 0.07;

  /** What is left of the drawn queries and keys. */
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
   * @param weights that draw the first layer's heads
   */
  FreshHeads(FreshWeights weights, LlamaConfig config, long seed) {
    this.weights = weights;
    this.seed = seed;
    layers = config.numHiddenLayers();
    heads = config.numAttentionHeads();
    size = config.headSize();
    width = config.hiddenSize();
    ropeTheta = config.ropeTheta();
    shareKeys = config.numKeyValueHeads() != heads;
    Random random = new Random(seed);
    common = random.doubles(width).map(value -> value < 0.5 ? -1 : 1).toArray();
  }

  /** Gives what was drawn for a tensor of the language model the form that heads need. */
  void form(String name, float[] values) {
    Rows rows = new Rows(values, width);
    Matcher projection = PROJECTION.matcher(name);
    if (shareKeys) {
      return;
    }
    if (name.equals(ExpectedTensors.EMBEDDING)) {
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
    int lookingBack = layer == 0 ? firstLookingBack() : 1;
    for (int head = 0; head < lookingBack; head++) {
      weaken(projection, head);
      lookBack(projection, layer, head, queries ? -(head + 1) : 0);
    }
    if (layer > 0 && layer <= layers / 2) {
      FirstHeads first = firstHeads();
      for (int head = lookingBack; head < heads; head++) {
        weaken(projection, head);
        compare(projection, layer, head, first, queries);
      }
    }
  }

  /** How many heads of the first layer look back. */
  private int firstLookingBack() {
    return heads - 1;
  }

  private void weaken(Rows projection, int head) {
    for (int row = head * size; row < (head + 1) * size; row++) {
      projection.scale(row, REST);
    }
  }

  /**
   * @param turn by how many places queries are turned back, so that they meet the keys there
   */
  private void lookBack(Rows projection, int layer, int head, int turn) {
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

  /** What the first layer's heads were drawn as: their values and their output. */
  private record FirstHeads(Rows values, Rows output) {}

  private FirstHeads firstHeads() {
    return new FirstHeads(firstProjection("v"), firstProjection("o"));
  }

  private Rows firstProjection(String projection) {
    String name = "model.layers.0.self_attn." + projection + "_proj.weight";
    return new Rows(weights.drawNormal(name, Shapes.of(width, width)), width);
  }

  /**
   * Lets one side of a score read a token as a head of the first layer does, and the other side
   * what that head wrote: they match where the one token is what the other looked at.
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
      projection.takeOut(row, common);
    }
  }

  /** What all tokens have in common would drown what tells them from each other. */
  private void formValues(Rows projection, int layer) {
    for (int row = 0; layer == 0 && row < firstLookingBack() * size; row++) {
      projection.takeOut(row, common);
    }
  }

  private void formOutput(Rows projection, int layer) {
    if (layer == 0) {
      projection.scaleColumns(firstLookingBack() * size, FIRST_WRITES);
    }
  }

  /** The share that embeddings have in a layer's normalised input. */
  private static double embeddings(int layer) {
    return FreshWeights.EMBEDDING / Math.sqrt(variance(layer));
  }

  /** Of the residual stream that a layer takes: embeddings, what they have in common, and more. */
  private static double variance(int layer) {
    double begin = 2 * FreshWeights.EMBEDDING * FreshWeights.EMBEDDING;
    return layer == 0 ? begin : begin + FIRST_VARIANCE + NEXT_VARIANCE * (layer - 1);
  }
}
