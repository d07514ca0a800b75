package org.stfbatch.model.checkpoint;

/**
 * The language model's shape and constants, with the names of Hugging Face's {@code LlamaConfig}.
 *
 * @param maxPositionEmbeddings the longest sequence the model was made for, in tokens
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

  /** The width of one attention head. */
  public int headSize() {
    return hiddenSize / numAttentionHeads;
  }

  /** The width of keys and of values; smaller than {@code hiddenSize} with grouped queries. */
  public int keyValueSize() {
    return headSize() * numKeyValueHeads;
  }

  /** The weights of one layer's matrices. */
  public double layerWeights() {
    double width = hiddenSize;
    return 2 * width * width + 2 * width * keyValueSize() + 3 * width * intermediateSize;
  }
}
