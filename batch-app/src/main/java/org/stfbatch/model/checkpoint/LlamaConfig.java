package org.stfbatch.model.checkpoint;

import java.util.List;

/**
 * Configuration of the language model, with the names of Hugging Face's {@code LlamaConfig}.
 *
 * @param maxPositionEmbeddings maximum sequence length in tokens
 * @param eosTokenIds tokens that end an answer; at least one
 */
public record LlamaConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    double rmsNormEps,
    RopeConfig rope,
    int maxPositionEmbeddings,
    int bosTokenId,
    List<Integer> eosTokenIds) {

  /** Number of layers of Vicuna 7B. */
  public static final int VICUNA_7B_LAYERS = 32;

  /**
   * @throws IllegalArgumentException if no token ends an answer
   */
  public LlamaConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    if (eosTokenIds.isEmpty()) {
      throw new IllegalArgumentException("no token ends an answer");
    }
  }

  /** Creates a model without scaled positions in which one token ends answers. */
  public LlamaConfig(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int numHiddenLayers,
      int numAttentionHeads,
      int numKeyValueHeads,
      double rmsNormEps,
      double ropeTheta,
      int maxPositionEmbeddings,
      int bosTokenId,
      int eosTokenId) {
    this(
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        rmsNormEps,
        RopeConfig.unscaled(ropeTheta),
        maxPositionEmbeddings,
        bosTokenId,
        List.of(eosTokenId));
  }

  /**
   * Returns the shape of Vicuna 7B v1.5, the language model of LLaVA-1.5 7B.
   *
   * @param layers {@value #VICUNA_7B_LAYERS}, or fewer for measurements on small machines
   */
  public static LlamaConfig vicuna7b(int layers) {
    return new LlamaConfig(32000, 4096, 11008, layers, 32, 32, 1e-5, 1e4, 4096, 1, 2);
  }

  /** Returns the width of one attention head. */
  public int headSize() {
    return hiddenSize / numAttentionHeads;
  }

  /**
   * Returns the width of keys and of values; smaller than {@code hiddenSize} with grouped queries.
   */
  public int keyValueSize() {
    return headSize() * numKeyValueHeads;
  }

  /** Returns the number of weights of one layer's matrices. */
  public double layerWeights() {
    double width = hiddenSize;
    return 2 * width * width + 2 * width * keyValueSize() + 3 * width * intermediateSize;
  }
}
