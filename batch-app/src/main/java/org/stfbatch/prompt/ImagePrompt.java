package org.stfbatch.prompt;

/** Puts the image marker into a question, as LLaVA's evaluation scripts do. */
public final class ImagePrompt {

  /** The text that stands for the image. */
  public static final String MARKER = "<image>";

  private ImagePrompt() {}

  /**
   * The user's message: the question behind the marker and a line feed when there is an image, or
   * the question itself when it has no image or holds the one marker already.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_EMPTY} for a question of white space,
   *     {@link PromptErrorCode#PROMPT_IMAGE_MARKERS} for a marker without an image or more than one
   *     marker
   */
  public static String message(String question, boolean hasImage) {
    if (PythonText.strip(question).isEmpty()) {
      throw new PromptException(
          PromptErrorCode.PROMPT_EMPTY, "the prompt is empty; give a question");
    }
    int markers = countMarkers(question);
    if (markers > (hasImage ? 1 : 0)) {
      throw new PromptException(
          PromptErrorCode.PROMPT_IMAGE_MARKERS,
          "the prompt holds %s %d time(s) but the job has %s; remove the marker(s) that name no image"
              .formatted(MARKER, markers, hasImage ? "one image" : "no image"));
    }
    return hasImage && markers == 0 ? MARKER + "\n" + question : question;
  }

  private static int countMarkers(String text) {
    int count = 0;
    for (int at = text.indexOf(MARKER); at >= 0; at = text.indexOf(MARKER, at + MARKER.length())) {
      count++;
    }
    return count;
  }
}
