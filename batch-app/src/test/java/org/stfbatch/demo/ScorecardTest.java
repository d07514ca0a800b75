package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorecardTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "colour | red | red | true",
        "colour | red | Red. | true",
        "colour | red | reddish | false",
        "colour | red | red and blue | false",
        "position | top left | Top-left | false",
        "position | top left | the top left | true",
        "count | 3 | three | true",
        "count | 3 | 13 | false",
        "presence | no | No | true",
        "presence | no | yes, no | false",
        "size | red circle | The red circle. | true",
        "choice | A | A | true",
        "choice | A | A. red | true",
        "choice | A | (A) | true",
        "choice | A | The answer is A. | true",
        "choice | A | B | false",
        "choice | A | a red one | false",
        "choice | B | Blue | false",
        "choice | C | '' | false",
        "colour | red | large red heart on the left: red | true",
        "colour | red | large red heart on the left: blue | false",
        "count | 1 | large red heart on the left: 1, small red star at the top: no: 1 | true",
        "count | 2 | large red heart on the left: 2 | true",
        "count | 2 | large red heart on the left: 2, small red star at the top: 3: 3 | false",
        "presence | no | red heart on the left: yes, small star at the top: no | true",
        "choice | B | red heart on the left: heart, A. star: no, B. heart: yes: B | true",
        "choice | A | red heart on the left: heart, A. star: no, B. heart: yes: B | false",
      })
  void judgesAsTheOriginalDoesAndTheEndOfAnswersInDetail(
      String category, String expected, String given, boolean right) {
    assertThat(AnswerMatch.isRight(category, expected, given)).isEqualTo(right);
  }

  @Test
  void scoresByKindAndByWhatIsNew() throws IOException {
    Path labels =
        write(
            "labels.jsonl",
            """
            {"question_id":1,"answer":"red","category":"colour","chance":0.125,"unseen":["relation"]}
            {"question_id":"x","answer":"3","category":"count","chance":0.2,"unseen":["layout"]}
            {"question_id":2,"answer":"4","category":"count","chance":0.2,"unseen":[]}
            {"question_id":3,"answer":"The picture shows it.","category":"caption","chance":0}
            {"question_id":4,"answer":"5","category":"count","chance":0.2,"unseen":["relation"]}
            """);
    Path answers =
        write(
            "answers.jsonl",
            """
            {"question_id": 1, "prompt": "?", "text": "Red", "model_id": "m"}
            {"question_id": "x", "prompt": "?", "text": "three"}
            {"question_id": 2, "prompt": "?", "text": "5"}
            {"question_id": 3, "prompt": "?", "text": "The picture shows it."}
            {"question_id": 99, "prompt": "?", "text": "to something else"}
            """);

    Scorecard card = Scorecard.of(labels, answers);

    assertThat(card.byCategory())
        .containsExactly(
            new Score("colour", 1, 1, 0.125),
            row("count", 3, 1, 0.2),
            new Score("caption", 1, 1, 0));
    assertThat(card.unanswered()).isEqualTo(1);
    assertThat(card.total().questions()).isEqualTo(4);
    assertThat(card.total().right()).isEqualTo(2);
    assertThat(card.total().accuracy()).isEqualTo(0.5);
    assertThat(card.total().error()).isCloseTo(0.25, within(1e-9));
    assertThat(card.byNovelty().stream().map(score -> score.name() + " " + score.right()))
        .containsExactly("unseen relation 1", "unseen layout 1");
  }

  @Test
  void answersArePairedByQuestionOverAllModels() throws IOException {
    StringBuilder labels = new StringBuilder();
    for (int id = 1; id <= 4; id++) {
      labels.append(
          "{\"question_id\":%d,\"answer\":\"red\",\"category\":\"colour\"}\n".formatted(id));
    }
    Path file = write("labels.jsonl", labels.toString());
    Path twoOfFour = answers("one.jsonl", "red", "red", "blue", "blue");
    Path oneOfFour = answers("two.jsonl", "blue", "red", "blue", "blue");
    Path others = answers("others.jsonl", "blue", "blue", "red", "blue");

    Scorecard ours = Scorecard.of(file, List.of(twoOfFour, oneOfFour));
    PairedScore paired = ours.against(Scorecard.of(file, List.of(others))).total();

    assertThat(ours.total().questions()).isEqualTo(8);
    assertThat(paired.questions()).isEqualTo(4);
    assertThat(paired.accuracy()).isEqualTo(3.0 / 8);
    assertThat(paired.other()).isEqualTo(1.0 / 4);
    assertThat(paired.difference()).isEqualTo(1.0 / 8);
    // Differences 1/2, 1, -1 and 0: a sample variance of 35/48 over four questions.
    assertThat(paired.error()).isCloseTo(Math.sqrt(35.0 / 48 / 4), within(1e-9));
  }

  private Path answers(String name, String... texts) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < texts.length; i++) {
      lines.append("{\"question_id\":%d,\"text\":\"%s\"}\n".formatted(i + 1, texts[i]));
    }
    return write(name, lines.toString());
  }

  private static Score row(String name, int questions, int right, double chance) {
    return new Score(name, questions, right, (chance + chance + chance) / 3);
  }

  @Test
  void rightAnswersOfAWholeWorldScoreFull() throws IOException {
    DrawnWorld.write(folder, DrawnWorldSettings.defaults().withImages(30));
    List<String> perfect =
        Files.readAllLines(folder.resolve("labels.jsonl")).stream()
            .map(line -> line.replace("\"answer\":", "\"text\":"))
            .toList();

    Scorecard card =
        Scorecard.of(folder.resolve("labels.jsonl"), write("a.jsonl", String.join("\n", perfect)));

    assertThat(card.byCategory()).hasSize(11).allMatch(score -> score.accuracy() == 1);
    assertThat(card.byCategory().stream().mapToInt(Score::questions).sum())
        .isEqualTo(perfect.size());
  }

  @Test
  void filesThatDoNotFitAreNamed() throws IOException {
    Path labels =
        write("labels.jsonl", "{\"question_id\":1,\"answer\":\"a\",\"category\":\"count\"}\n");
    Path others = write("others.jsonl", "{\"question_id\":2,\"text\":\"a\"}\n");
    Path broken = write("broken.jsonl", "{\"question_id\":1,\"text\":\"a\"}\n{\"question_id\":");

    assertThatThrownBy(() -> Scorecard.of(labels, others))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no answer to a question of " + labels);
    assertThatThrownBy(() -> Scorecard.of(labels, broken))
        .hasMessage(broken + ", line 2 cannot be used: export the run's answers again");
    assertThatThrownBy(() -> Scorecard.of(labels, labels))
        .hasMessage(labels + ", line 1 cannot be used: export the run's answers again");
    assertThatThrownBy(() -> Scorecard.of(folder.resolve("none"), others))
        .hasMessageContaining("there is no file " + folder.resolve("none"));
  }

  private Path write(String name, String lines) throws IOException {
    return Files.writeString(folder.resolve(name), lines);
  }
}
