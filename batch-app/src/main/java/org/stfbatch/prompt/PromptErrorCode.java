package org.stfbatch.prompt;

/** Stable codes of jobs that fail because their prompt cannot be used. */
public enum PromptErrorCode {
  /** The prompt is blank. */
  PROMPT_EMPTY,
  /** The prompt and the vision tokens together exceed the model's context. */
  PROMPT_TOO_LONG,
  /** The image markers of the prompt do not match the number of images. */
  PROMPT_IMAGE_MARKERS,
  /** The prompt is not valid Unicode text, or its turns do not fit the conversation template. */
  PROMPT_INVALID,
  /** Two of the texts to choose the answer from have the same tokens. */
  CHOICES_ALIKE
}
