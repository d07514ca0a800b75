package org.stfbatch.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingNamesTest {
  @ParameterizedTest
  @CsvSource({
    "max_new_token, max_new_tokens",
    "maxNewTokens, max_new_tokens",
    "max_tokens, max_new_tokens",
    "temprature, temperature",
    "Temperature, temperature",
    "temperatures, temperature",
    "top-p, top_p",
    "tpo_p, top_p",
    "seeds, seed",
    "esed, seed",
    "stop_sequences, stop",
    "choice, choices",
    "guided_choice, choices",
    "images, image",
    "imgae, image",
    "image_path, image",
    "img, image",
    "picture, image",
    "file, image",
    "repetition_penality, repetition_penalty",
    "repeat_penalty, repetition_penalty",
    "noRepeatNgramSize, no_repeat_ngram_size",
    "presence-penalty, presence_penalty",
    "frequencyPenalty, frequency_penalty",
  })
  void aMisspeltSettingIsNamedWithTheOneThatIsMeant(String name, String meant) {
    assertThat(SettingNames.complaint(name, Set.of(name)).orElseThrow())
        .startsWith("is not known: " + meant + " is");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "top_k",
        "length_penalty",
        "repetition_detection",
        "num_beams",
        "do_sample",
        "guided_json",
        "logprobs",
        "video",
        "system",
        "conv_mode"
      })
  void settingsOfOtherProgramsAreNamed(String name) {
    assertThat(SettingNames.complaint(name, Set.of(name))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label",
        "answer",
        "conversations",
        "id",
        "source",
        "image_id",
        "hint",
        "split",
        "step",
        "options",
        "text_2",
        "need",
        "shop",
        "question",
        "prompt",
        "n",
        "metadata",
        "height",
        ""
      })
  void whatSaysSomethingAboutTheQuestionIsPassedOver(String name) {
    assertThat(SettingNames.complaint(name, Set.of(name))).isEmpty();
  }

  @Test
  void aNameBesideTheRightOneIsAnother() {
    assertThat(SettingNames.complaint("images", Set.of("images", "image"))).isEmpty();
    assertThat(SettingNames.complaint("choice", Set.of("choice", "choices"))).isEmpty();
    assertThat(SettingNames.complaint("top_k", Set.of("top_k", "top_p"))).isPresent();
  }
}
