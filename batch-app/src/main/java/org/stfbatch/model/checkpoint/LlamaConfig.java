package org.stfbatch.model.checkpoint;

/**
 * Configuration of the language model, with the names of Hugging Face's {@code LlamaConfig}.
 *
 * @param maxPositionEmbeddings maximum sequence length in tokens
 */
public record LlamaConfig(
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
