package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.evaluation.python.PythonJson;

class TextVqaTest {
  private static final String SUFFIX = "\nAnswer the question using a single word or phrase.";
  private static final String OCR = "\nReference OCR token: ACME, 12";

  @TempDir Path folder;

  private static List<String> people(int same, String answer) {
    List<String> answers = new ArrayList<>(Collections.nCopies(same, answer));
    while (answers.size() < 10) {
      answers.add("other " + answers.size());
    }
    return answers;
  }

  private Scoring textvqa(List<String> people) {
    return new Scoring("textvqa", folder)
        .file(
            "TextVQA_0.5.1_val.json",
            PythonJson.of(
                Map.of(
                    "data",
                    List.of(
                        Map.of(
                            "image_id",
                            "0a",
                            "question",
                            "What BRAND is it?",
                            "answers",
                            people)))));
  }

  private static String prompt(String question) {
    return question + OCR + SUFFIX;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0.3", "2, 0.6", "3, 0.9", "4, 1", "10, 1"})
  void peopleWhoAgree(int same, double expected) {
    assertThat(SoftAccuracy.of("The ACME.", people(same, "acme")))
        .isEqualTo(expected, within(1e-9));
  }

  @Test
  void answersThatNormaliseToNothingAreEqual() {
    assertThat(SoftAccuracy.of("A", people(4, "the"))).isEqualTo(1);
  }

  @Test
  void findsTheQuestionInThePrompt() {
    assertThat(TextVqa.question(prompt("what?"))).contains("what?");
    assertThat(TextVqa.question("what?\nReference OCR token: " + SUFFIX)).contains("what?");
    assertThat(TextVqa.question("Reference OCR token: X\nwhat?" + SUFFIX)).contains("what?");
    assertThat(TextVqa.question("what?" + SUFFIX)).contains("what?");
    assertThat(TextVqa.question("OCR tokens: a\nb. Question: wh\nat? Short answer: Short answer:"))
        .contains("wh\nat?");
  }

  @Test
  void doesNotFindItAmongOtherLines() {
    assertThat(TextVqa.question("what?")).isEmpty();
    assertThat(TextVqa.question("wh\nat?" + OCR + SUFFIX)).isEmpty();
    assertThat(TextVqa.question("wh\nat?" + SUFFIX)).isEmpty();
    assertThat(TextVqa.question("OCR tokens: a\nwhat?")).isEmpty();
  }

  @Test
  void matchesAnnotationsByImageAndQuestionInLowerCase() {
    assertThat(
            textvqa(people(2, "acme"))
                .answer("0a", prompt("what brand is it?"), "Acme")
                .answer("0a", prompt("What Brand is it?"), "none of them")
                .headline())
        .isEqualTo(30, within(1e-9));
  }

  @Test
  void blanksAroundTheQuestionCount() {
    assertThat(
            textvqa(people(2, "acme")).answer("0a", prompt("what brand is it? "), "x").complaint())
        .contains("line 1", "not about an annotated question", "0a");
  }

  @Test
  void aLineFeedInTheQuestionEndsTheScoring() {
    assertThat(
            textvqa(people(2, "acme")).answer("0a", prompt("what\nbrand is it?"), "x").complaint())
        .contains("line 1", "line feed");
  }

  @Test
  void tenPeopleMustHaveAnswered() {
    assertThat(
            textvqa(people(2, "acme").subList(0, 9))
                .answer("0a", prompt("what brand is it?"), "x")
                .complaint())
        .contains("9 human answers instead of 10", "TextVQA_0.5.1_val.json");
  }

  @Test
  void noAnswersAreNoScore() {
    assertThat(textvqa(people(2, "acme")).complaint()).contains("empty");
  }
}
