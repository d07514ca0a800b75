package org.stfbatch.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagePromptTest {

  @Test
  void theMarkerGoesBeforeTheQuestion() {
    assertThat(ImagePrompt.message("  What is it? ", true)).isEqualTo("<image>\n  What is it? ");
  }

  @Test
  void aMarkerInTheQuestionStaysWhereItIs() {
    assertThat(ImagePrompt.message("Look: <image> What is it?", true))
        .isEqualTo("Look: <image> What is it?");
  }

  @Test
  void withoutAnImageTheQuestionIsTheMessage() {
    assertThat(ImagePrompt.message("Tell me a story.", false)).isEqualTo("Tell me a story.");
  }

  @Test
  void markersThatNameNoImageAreRefused() {
    assertCode("What is <image>?", false, PromptErrorCode.PROMPT_IMAGE_MARKERS);
    assertCode("<image><image> Which?", true, PromptErrorCode.PROMPT_IMAGE_MARKERS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t", "\u00A0\u3000", "\u001C"})
  void whiteSpaceIsNoQuestion(String question) {
    assertCode(question, true, PromptErrorCode.PROMPT_EMPTY);
    assertCode(question, false, PromptErrorCode.PROMPT_EMPTY);
  }

  private static void assertCode(String question, boolean hasImage, PromptErrorCode code) {
    assertThatThrownBy(() -> ImagePrompt.message(question, hasImage))
        .isInstanceOfSatisfying(PromptException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
