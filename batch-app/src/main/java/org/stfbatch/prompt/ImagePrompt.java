package org.stfbatch.prompt;

/** Adds the image marker to a question, as LLaVA's evaluation scripts do. */
public final class ImagePrompt {

  /** The text that stands for the image. */
  public static final String MARKER = "<image>";

  private ImagePrompt() {}

  /**
   * Returns the user's message: the marker, a line feed and the question if there is an image; the
   * question alone if there is none or the question already holds the one marker.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_EMPTY} if the question is blank; {@link
   *     PromptErrorCode#PROMPT_IMAGE_MARKERS} if it holds a marker without an image or more than
   *     one marker
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
