package org.stfbatch.prompt;

/** The stable codes under which a job fails when its prompt cannot be used. */
public enum PromptErrorCode {
  /** The prompt holds nothing but white space. */
  PROMPT_EMPTY,
  /** The prompt and the vision tokens together do not fit the model's context. */
  PROMPT_TOO_LONG,
  /** The image markers of the prompt do not match the number of images. */
  PROMPT_IMAGE_MARKERS,
  /** The prompt is not valid Unicode text, or its turns do not fit the conversation template. */
  PROMPT_INVALID,
  /** Two of the texts that the answer is to be chosen from are the same to the model. */
  CHOICES_ALIKE
}
