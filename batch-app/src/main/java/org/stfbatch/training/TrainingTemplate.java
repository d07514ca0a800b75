package org.stfbatch.training;

import org.stfbatch.prompt.LlamaTokenizer;

/** How a conversation is written down for the model, and which of it is learned. */
public enum TrainingTemplate {
  /** The picture and its caption alone: the projectors' stage, LLaVA's {@code plain}. */
  PLAIN {
    @Override
    SampleTokenizer tokenizer(LlamaTokenizer tokenizer, int maxLength) {
      return new CaptionTokenizer(tokenizer);
    }
  },
  /** The whole conversation, of which the answers are learned: LLaVA's {@code v1}. */
  V1 {
    @Override
    SampleTokenizer tokenizer(LlamaTokenizer tokenizer, int maxLength) {
      return new ConversationTokenizer(tokenizer, maxLength);
    }
  };

  /**
   * @param maxLength {@code tokenizer_model_max_length}
   */
  abstract SampleTokenizer tokenizer(LlamaTokenizer tokenizer, int maxLength);
}
