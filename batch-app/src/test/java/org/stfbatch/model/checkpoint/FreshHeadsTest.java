package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Attention of initialized heads, computed from the weights as the decoder does. */
class FreshHeadsTest {
  private static final int TOKENS = 60;
  private static final int VOCABULARY = 300;

  /** Three times the attention per token of uniform attention. */
  private static final double CLEARLY = 3.0 / TOKENS;

  private static final LlamaConfig CONFIG =
      new LlamaConfig(VOCABULARY, 256, 704, 6, 8, 8, 1e-5, 10_000, 1024, 1, 2);

  private final FreshWeights weights = new FreshWeights(1, 2, CONFIG);

  @Test
  void firstHeadsLookBack() {
    double[][] input = normed(embedded(tokens()));

    for (int back = 1; back < CONFIG.numAttentionHeads(); back++) {
      double[][] attention = attention(input, 0, back - 1);
      int looking = 0;
      for (int i = back; i < TOKENS; i++) {
        looking += best(attention[i]) == i - back ? 1 : 0;
      }
      assertThat(looking).as("tokens that look %d back", back).isGreaterThan(TOKENS * 2 / 3);
    }
  }

  @Test
  void laterHeadsFindWhatCameBehindATokenLikeTheLast() {
    assertThat(attentionToLike(3, 0)).isGreaterThan(CLEARLY);
  }

  @Test
  void oneHeadFindsTokensLikeTheOneBefore() {
    assertThat(attentionToLike(1, 1)).isGreaterThan(CLEARLY);
  }

  /**
   * Returns the attention of the last token, in a head of the second layer, to the position that
   * the head is for; averaged over texts at whose end an earlier token is repeated.
   *
   * @param fromEnd distance of the earlier token from the end
   */
  private double attentionToLike(int head, int fromEnd) {
    double sum = 0;
    int texts = 0;
    for (int like = 10; like < 50; like += 2) {
      int[] tokens = tokens();
      tokens[TOKENS - 1 - fromEnd] = tokens[like];
      double[][] attention = attention(normed(afterFirstAttention(tokens)), 1, head);
      sum += attention[TOKENS - 1][like + head - 1];
      texts++;
    }
    return sum / texts;
  }

  /** Returns distinct tokens. */
  private static int[] tokens() {
    return new Random(7).ints(0, VOCABULARY).distinct().limit(TOKENS).toArray();
  }

  private double[][] embedded(int[] tokens) {
    float[] table = draw("model.embed_tokens.weight", VOCABULARY);
    double[][] x = new double[tokens.length][256];
    for (int i = 0; i < tokens.length; i++) {
      for (int j = 0; j < 256; j++) {
        x[i][j] = table[tokens[i] * 256 + j];
      }
    }
    return x;
  }

  /** Returns the residual stream after the first layer's heads. */
  private double[][] afterFirstAttention(int[] tokens) {
    double[][] x = embedded(tokens);
    double[][] input = normed(x);
    double[][] values = product(input, draw("model.layers.0.self_attn.v_proj.weight", 256));
    double[][] heads = new double[TOKENS][256];
    for (int head = 0; head < 8; head++) {
      double[][] attention = attention(input, 0, head);
      for (int i = 0; i < TOKENS; i++) {
        for (int j = 0; j <= i; j++) {
          for (int k = 32 * head; k < 32 * head + 32; k++) {
            heads[i][k] += attention[i][j] * values[j][k];
          }
        }
      }
    }
    double[][] added = product(heads, draw("model.layers.0.self_attn.o_proj.weight", 256));
    for (int i = 0; i < TOKENS; i++) {
      for (int j = 0; j < 256; j++) {
        x[i][j] += added[i][j];
      }
    }
    return x;
  }

  private double[][] attention(double[][] input, int layer, int head) {
    String projections = "model.layers." + layer + ".self_attn.";
    double[][] queries = product(input, draw(projections + "q_proj.weight", 256));
    double[][] keys = product(input, draw(projections + "k_proj.weight", 256));
    double[][] attention = new double[TOKENS][TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      double sum = 0;
      for (int j = 0; j <= i; j++) {
        attention[i][j] = Math.exp(score(queries[i], keys[j], i - j, 32 * head));
        sum += attention[i][j];
      }
      for (int j = 0; j <= i; j++) {
        attention[i][j] /= sum;
      }
    }
    return attention;
  }

  /** Computes a score with rotary position embedding: rotates the query by the distance. */
  private static double score(double[] query, double[] key, int distance, int begin) {
    double score = 0;
    for (int pair = 0; pair < 16; pair++) {
      double angle = distance * Math.pow(10_000, -pair / 16.0);
      double x = query[begin + pair];
      double y = query[begin + 16 + pair];
      score += (x * Math.cos(angle) - y * Math.sin(angle)) * key[begin + pair];
      score += (y * Math.cos(angle) + x * Math.sin(angle)) * key[begin + 16 + pair];
    }
    return score / Math.sqrt(32);
  }

  private float[] draw(String name, int rows) {
    return weights.draw(name, List.of((long) rows, 256L));
  }

  private static double[][] normed(double[][] x) {
    double[][] y = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double squares = 0;
      for (double value : x[i]) {
        squares += value * value;
      }
      double scale = 1 / Math.sqrt(squares / x[i].length);
      y[i] = Arrays.stream(x[i]).map(value -> value * scale).toArray();
    }
    return y;
  }

  private static double[][] product(double[][] x, float[] matrix) {
    int width = x[0].length;
    double[][] y = new double[x.length][matrix.length / width];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y[i].length; j++) {
        for (int k = 0; k < width; k++) {
          y[i][j] += x[i][k] * matrix[j * width + k];
        }
      }
    }
    return y;
  }

  private static int best(double[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
