package org.stfbatch.training;

import org.stfbatch.prompt.LlamaTokenizer;

/** Prompt format of training conversations, and which part of them is the training target. */
public enum TrainingTemplate {
  /** The image and its caption alone, for the projectors: LLaVA's {@code plain}. */
  PLAIN {
    @Override
    SampleTokenizer tokenizer(LlamaTokenizer tokenizer, int maxLength) {
      return new CaptionTokenizer(tokenizer);
    }
  },
  /** The whole conversation with the answers as training targets: LLaVA's {@code v1}. */
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
