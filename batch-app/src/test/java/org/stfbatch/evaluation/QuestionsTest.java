package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.stfbatch.evaluation.Scoring.json;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionsTest {
  @TempDir Path folder;

  private Scoring pope(String... lines) {
    return new Scoring("pope", folder).file("llava_pope_test.jsonl", String.join("", lines));
  }

  private static String question(Object id, String text) {
    return json("question_id", id, "image", "a.jpg", "text", text, "category", "random");
  }

  @Test
  void aLineIsAQuestion() {
    Question question = pope(question(7, "Is there a dog?")).questions().get(0);

    assertThat(question.id()).isEqualTo(QuestionId.of(7));
    assertThat(question.image()).contains("a.jpg");
    assertThat(question.category()).contains("random");
    assertThat(question.message()).isEqualTo("Is there a dog?").isEqualTo(question.recorded());
    assertThat(question.maxNewTokens()).isEqualTo(128);
  }

  @Test
  void theCustomIdDependsOnTheContent() {
    List<Question> questions =
        pope(question(7, "one"), question(7, "one"), question("7", "one")).questions();
    List<Question> changed =
        pope(question(7, "one"), question(7, "two"), question("7", "one")).questions();

    assertThat(questions).extracting(Question::customId).doesNotHaveDuplicates();
    assertThat(changed.get(0).customId())
        .isEqualTo(questions.get(0).customId())
        .startsWith("pope-000001-");
    assertThat(changed.get(1).customId()).isNotEqualTo(questions.get(1).customId());
  }

  @Test
  void conversationsMayBeLong() {
    Scoring scoring =
        new Scoring("mm-vet", folder)
            .file(
                "llava-mm-vet.jsonl",
                json("question_id", 0, "image", "v1_0.png", "text", "What is x?"));

    assertThat(scoring.questions().get(0).maxNewTokens()).isEqualTo(1024);
  }

  @Test
  void anAnswerBecomesTheOriginalsLine() {
    Question question = pope(question(7, "Wie heißt\ndas?")).questions().get(0);

    assertThat(RawAnswerLine.to(question, "né", "run", "llava-stf-7b").line())
        .matches(
            "\\{\"question_id\": 7, \"prompt\": \"Wie hei\\\\u00dft\\\\ndas\\?\", \"text\": \"n\\\\u00e9\", \"answer_id\": \"[2-9A-Za-z]{22}\", \"model_id\": \"llava-stf-7b\", \"metadata\": \\{}}\n");
  }

  @Test
  void anAnswerToARoundTellsItsOptions() {
    Scoring scoring =
        new Scoring("mmbench", folder)
            .file(
                "mmbench_dev_20230712.tsv",
                "index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\timage\n5\tWhat?\t\tcat\tdog\t\t\tB\tobject\tAAAA\n");

    assertThat(RawAnswerLine.to(scoring.questions().get(0), "B", "run", "m").line())
        .startsWith(
            "{\"question_id\": 5, \"round_id\": 0, \"prompt\": \"What?\\nA. cat\\nB. dog\", \"text\": \"B\", \"options\": [\"cat\", \"dog\"], \"option_char\": [\"A\", \"B\"], \"answer_id\": \"");
  }
}
