package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.metric;
import static org.stfbatch.evaluation.Scoring.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MmeTest {
  private static final String RELEASE = "MME_Benchmark_release_version/";
  private static final String SUFFIX = "\nAnswer the question using a single word or phrase.";
  private static final List<String> TASKS = MmeTasks.all();

  @TempDir Path folder;

  /** One image per task; its first question has two spaces before the request. */
  private Scoring mme() throws IOException {
    Scoring scoring = new Scoring("mme", folder);
    for (String task : TASKS) {
      boolean isSplit = task.equals("artwork");
      if (isSplit) {
        scoring.emptyFolder(RELEASE + "artwork/images");
      }
      scoring.file(
          RELEASE + task + (isSplit ? "/questions_answers_YN/" : "/") + "0001.txt",
          "Is it?  Please answer yes or no.\tYes\nIs it not? Please answer yes or no.\tNo\n");
    }
    return scoring;
  }

  private static void answerAll(Scoring scoring, String first, String second) {
    for (String task : TASKS) {
      answer(scoring, task, first, second);
    }
  }

  private static void answer(Scoring scoring, String task, String first, String second) {
    scoring
        .answer(task + "/0001.jpg", "Is it?" + SUFFIX, first)
        .answer(task + "/0001.jpg", "Is it not?" + SUFFIX, second);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "yes, yes",
        "No., no",
        "know, no",
        "not, no",
        "unclear, other",
        "a: no, other",
        "a no, no",
        "no yes, no",
        "yesno, yes",
        "` yes`, yes",
        "`  yes`, other",
        "``, other"
      })
  void theFirstFourCharactersDecide(String answer, String said) {
    assertThat(MmeCalculation.said(answer + "\n")).isEqualTo(said);
  }

  @Test
  void aTaskIsWorthItsAccuracyAndThatOfItsImages() throws IOException {
    Scoring scoring = mme();
    answerAll(scoring, "Yes", "yes");
    Score half = scoring.score();
    scoring.noAnswers();
    answerAll(scoring, "Yes", "no");
    Score full = scoring.score();

    assertThat(half.headline().orElseThrow().value()).isEqualTo(500);
    assertThat(full.headline().orElseThrow().value()).isEqualTo(2000);
    assertThat(metric(full, "cognition")).isEqualTo(800);
    assertThat(metric(half, "OCR")).isEqualTo(50);
  }

  @Test
  void writesAFileATaskWithTheReleasesQuestions() throws IOException {
    Scoring scoring = mme();
    answerAll(scoring, "Yes, it is", "");

    assertThat(text(scoring.score(), "artwork.txt"))
        .isEqualTo(
            "0001.txt\tIs it?  Please answer yes or no.\tYes\tYes, it is\n0001.txt\tIs it not? Please answer yes or no.\tNo\t\n");
  }

  @Test
  void theFileIsNamedByWhatIsBeforeTheFirstPeriod() throws IOException {
    Scoring scoring = mme();
    answerAll(scoring, "yes", "no");
    scoring
        .answer("OCR/x/0001.a.jpg", "Is it?" + SUFFIX, "yes")
        .answer("OCR/0001", "Is it not? Please answer yes or no.", "no");

    assertThat(scoring.headline()).isEqualTo(2000);
  }

  @Test
  void questionsOfNoTextFileEndTheScoring() throws IOException {
    assertThat(mme().answer("OCR/0001.jpg", "Is that so?" + SUFFIX, "x").complaint())
        .contains("line 1", "Is that so?", "OCR/0001.txt");
  }

  @Test
  void lineBreaksAndTabsInAnswersEndTheScoring() throws IOException {
    Scoring tab = mme();
    answerAll(tab, "ye\ts", "no");
    assertThat(tab.complaint()).contains("existence", "5 columns");
    Scoring lineBreak = mme();
    answerAll(lineBreak, "yes\rindeed", "no");
    assertThat(lineBreak.complaint()).contains("existence", "odd number of lines (3)");
    lineBreak.file("llava_mme.jsonl", questionLines());
    assertThat(lineBreak.score(Variant.STRICT).headline().orElseThrow().value()).isEqualTo(2000);
  }

  @Test
  void allTasksMustBeThereButForStrict() throws IOException {
    Scoring scoring = mme();
    answer(scoring, "OCR", "yes", "no");

    assertThat(scoring.complaint()).contains("existence", "--strict");
  }

  private static String questionLines() {
    StringBuilder lines = new StringBuilder();
    for (String task : TASKS) {
      for (String text : List.of("Is it?", "Is it not?")) {
        lines.append(
            Scoring.json(
                "question_id",
                task + "/0001.jpg",
                "image",
                task + "/0001.jpg",
                "text",
                text + SUFFIX));
      }
    }
    return lines.toString();
  }

  @Test
  void anUnpairedSurrogateCannotBeWritten() throws IOException {
    Scoring scoring = mme();
    answerAll(scoring, "yes", "no");
    scoring.line(
        "{\"question_id\": \"OCR/0001.jpg\", \"prompt\": \"Is it not?\", \"text\": \"no\\ud83d\"}");

    assertThat(scoring.complaint()).contains("an unpaired surrogate", "--strict");
  }

  @Test
  void idsAreTexts() throws IOException {
    assertThat(mme().line("{\"question_id\": 5, \"prompt\": \"q\", \"text\": \"x\"}").complaint())
        .contains("line 1", "question_id");
  }
}
