package org.stfbatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.stfbatch.evaluation.Scoring.json;
import static org.stfbatch.evaluation.Scoring.metric;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.evaluation.python.PythonJson;

/**
 * Compares the scores of random files of answers with a simple second implementation of each
 * benchmark's rules. Six benchmarks with 400 files each.
 */
class GeneratedAnswersTest {
  private static final int ROUNDS = 40;
  private static final int FILES_A_ROUND = 10;
  private static final List<String> WORDS =
      List.of(
          "yes",
          "no",
          "No",
          "not",
          "NO",
          "A",
          "B",
          "C",
          "E",
          "F",
          "a",
          "the",
          "two",
          "dont",
          "kite",
          "red",
          ".",
          ",",
          "-",
          " ",
          "\n",
          "A. ",
          "The answer is ",
          "The answer is B.",
          "\u0130",
          "\u03a3",
          "\u2028",
          "1,000",
          "...",
          "?",
          "'s");

  @TempDir Path folder;
  private Random random;

  @BeforeEach
  void seed(RepetitionInfo repetition) {
    random = new Random(repetition.getCurrentRepetition());
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int words = random.nextInt(4); words >= 0; words--) {
      text.append(any(WORDS)).append(random.nextInt(3) == 0 ? " " : "");
    }
    return text.toString();
  }

  @RepeatedTest(ROUNDS)
  void pope() {
    for (int file = 0; file < FILES_A_ROUND; file++) {
      int size = 4 + random.nextInt(6);
      StringBuilder questions = new StringBuilder();
      StringBuilder labels = new StringBuilder();
      List<Boolean> right = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        right.add(i == 0 || random.nextBoolean());
        texts.add(i == 0 ? "yes" : text());
        questions.append(json("question_id", i, "image", "x", "text", "q", "category", "random"));
        labels.append(json("label", right.get(i) ? "yes" : "no"));
      }
      Scoring scoring =
          new Scoring("pope", folder)
              .file("llava_pope_test.jsonl", questions.toString())
              .file("coco/coco_pope_random.json", labels.toString());
      IntStream.range(0, size).forEach(i -> scoring.answer(i, texts.get(i)));

      double both =
          IntStream.range(0, size).filter(i -> right.get(i) && saysYes(texts.get(i))).count();
      double wanted = right.stream().filter(yes -> yes).count();
      double said = texts.stream().filter(GeneratedAnswersTest::saysYes).count();
      Score score = scoring.score();
      assertThat(score.headline().orElseThrow().value())
          .isEqualTo(100 * 2 * both / (wanted + said), within(1e-9));
      assertThat(metric(score, "random yes ratio")).isEqualTo(said / size);
    }
  }

  private static boolean saysYes(String text) {
    String sentence = text.split("\\.", -1)[0].replaceAll(",", "");
    return Arrays.stream(sentence.split(" ", -1)).noneMatch(List.of("No", "no", "not")::contains);
  }

  @RepeatedTest(ROUNDS)
  void gqa() {
    for (int file = 0; file < FILES_A_ROUND; file++) {
      Map<String, Object> gold = new TreeMap<>();
      Scoring scoring = new Scoring("gqa", folder);
      int balanced = 1;
      int right = 1;
      gold.put("first", gqaQuestion("kite", true));
      scoring.answer("first", "Kite.");
      for (int i = 0; i < 6; i++) {
        boolean isBalanced = random.nextInt(4) > 0;
        String answer = any(List.of("yes", "no", "red", "."));
        String text = random.nextBoolean() ? answer.toUpperCase() + ".." : text();
        gold.put("q" + i, gqaQuestion(answer, isBalanced));
        scoring.answer("q" + i, text);
        balanced += isBalanced ? 1 : 0;
        right += isBalanced && lower(text).replaceFirst("\\.+\\z", "").equals(answer) ? 1 : 0;
      }
      scoring.file("data/testdev_balanced_questions.json", PythonJson.of(gold));

      assertThat(scoring.headline()).isEqualTo(100.0 * right / balanced, within(1e-9));
    }
  }

  private static Map<String, Object> gqaQuestion(String answer, boolean isBalanced) {
    return Map.of(
        "answer",
        answer,
        "isBalanced",
        isBalanced,
        "question",
        "Q",
        "semantic",
        List.of(),
        "types",
        Map.of("structural", "query", "semantic", "obj"),
        "groups",
        Map.of("global", "g"));
  }

  /** Sufficient for the words that can be correct. */
  private static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  @RepeatedTest(ROUNDS)
  void scienceQa() {
    for (int file = 0; file < FILES_A_ROUND; file++) {
      Map<String, Object> problems = new TreeMap<>();
      List<String> ids = new ArrayList<>();
      Scoring scoring = new Scoring("scienceqa", folder);
      int images = 1;
      int rightImages = 0;
      int rightAll = 0;
      for (int i = 0; i < 8; i++) {
        String id = "p" + i;
        int choices = 2 + random.nextInt(4);
        int right = random.nextInt(choices);
        boolean hasImage = i == 0 || random.nextBoolean();
        String text =
            i == 0
                ? "none"
                : any(List.of("ABCDE".charAt(right) + ". x", "" + "ABCDE".charAt(right), text()));
        ids.add(id);
        problems.put(
            id,
            Map.of(
                "choices",
                new ArrayList<>(java.util.Collections.nCopies(choices, "x")),
                "answer",
                right));
        scoring.answer(id, hasImage ? "<image>\nq" : "q", text);
        boolean isRight = chosen(text).equals("" + "ABCDE".charAt(right));
        images += hasImage && i > 0 ? 1 : 0;
        rightImages += hasImage && isRight ? 1 : 0;
        rightAll += isRight ? 1 : 0;
      }
      scoring
          .file("problems.json", PythonJson.of(problems))
          .file("pid_splits.json", PythonJson.of(Map.of("test", ids)));

      Score score = scoring.score();
      assertThat(score.headline().orElseThrow().value())
          .isEqualTo(100.0 * rightImages / images, within(1e-9));
      assertThat(metric(score, "accuracy")).isEqualTo(100.0 * rightAll / 8, within(1e-9));
    }
  }

  /**
   * Simple second implementation: a letter, a letter with period and space, or one whole sentence.
   */
  private static String chosen(String text) {
    if (text.length() == 1) {
      return text;
    } else if (text.length() >= 3
        && text.startsWith(". ", 1)
        && "ABCDE".indexOf(text.charAt(0)) >= 0) {
      return text.substring(0, 1);
    }
    List<String> found = new ArrayList<>();
    String sentence = "The answer is ";
    for (int at = text.indexOf(sentence); at >= 0; ) {
      int letter = at + sentence.length();
      boolean isWhole =
          letter + 1 < text.length()
              && text.charAt(letter) >= 'A'
              && text.charAt(letter) <= 'Z'
              && text.charAt(letter + 1) != '\n';
      if (isWhole) {
        found.add(text.substring(letter, letter + 1));
      }
      at = text.indexOf(sentence, isWhole ? letter + 2 : at + 1);
    }
    return found.size() == 1 ? found.get(0) : "";
  }

  @RepeatedTest(ROUNDS)
  void textVqa() {
    for (int file = 0; file < FILES_A_ROUND; file++) {
      List<String> said = List.of("red", "The red.", "2", "two", "blue", "A", text());
      List<Object> annotations = new ArrayList<>();
      Scoring scoring = new Scoring("textvqa", folder);
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        List<String> people = IntStream.range(0, 10).mapToObj(n -> any(said)).toList();
        String prediction = any(said);
        annotations.add(Map.of("image_id", "i" + i, "question", "What?", "answers", people));
        scoring.answer("i" + i, "what?\nReference OCR token: x\nAnswer the question.", prediction);
        sum += leavingEachOut(EvalAiAnswer.normalised(prediction), people);
      }
      scoring.file("TextVQA_0.5.1_val.json", PythonJson.of(Map.of("data", annotations)));

      assertThat(scoring.headline()).isEqualTo(100 * sum / 4, within(1e-9));
    }
  }

  private static double leavingEachOut(String prediction, List<String> people) {
    double sum = 0;
    for (int out = 0; out < people.size(); out++) {
      int same = 0;
      for (int other = 0; other < people.size(); other++) {
        same +=
            other != out && EvalAiAnswer.normalised(people.get(other)).equals(prediction) ? 1 : 0;
      }
      sum += Math.min(1, same / 3.0);
    }
    return sum / people.size();
  }

  @RepeatedTest(ROUNDS)
  void mme() {
    List<String> tasks = MmeTasks.all();
    for (int file = 0; file < FILES_A_ROUND; file++) {
      Scoring scoring = new Scoring("mme", folder);
      double perception = 0;
      for (String task : tasks) {
        int right = 0;
        int images = 0;
        for (int image = 0; image < 2; image++) {
          List<String> truth = List.of(any(List.of("Yes", "No")), any(List.of("Yes", "No")));
          List<String> said = List.of(mmeText(), mmeText());
          scoring.file(
              "MME_Benchmark_release_version/" + task + "/" + image + ".txt",
              "One? Please answer yes or no.\t%s\nTwo? Please answer yes or no.\t%s\n"
                  .formatted(truth.get(0), truth.get(1)));
          scoring
              .answer(
                  task + "/" + image + ".jpg",
                  "One?\nAnswer the question using a single word or phrase.",
                  said.get(0))
              .answer(task + "/" + image + ".jpg", "Two? Please answer yes or no.", said.get(1));
          int rightHere =
              (isMmeRight(said.get(0), truth.get(0)) ? 1 : 0)
                  + (isMmeRight(said.get(1), truth.get(1)) ? 1 : 0);
          right += rightHere;
          images += rightHere / 2;
        }
        perception += tasks.indexOf(task) < 10 ? 25.0 * right + 50.0 * images : 0;
      }

      assertThat(scoring.headline()).isEqualTo(perception, within(1e-9));
    }
  }

  private String mmeText() {
    return any(
        List.of(
            "Yes",
            "No",
            "yes.",
            "NO!",
            "know",
            "unclear",
            "a: no",
            " yes",
            "",
            "yesno",
            text().replace('\n', ' ')));
  }

  private static boolean isMmeRight(String said, String truth) {
    String start = said.toLowerCase(java.util.Locale.ROOT) + "\n";
    start = start.substring(0, Math.min(4, start.length()));
    return truth.equals("Yes")
        ? start.contains("yes")
        : start.contains("no") && !start.contains("yes");
  }

  @RepeatedTest(ROUNDS)
  void seedBench() {
    for (int file = 0; file < FILES_A_ROUND; file++) {
      List<Object> questions = new ArrayList<>();
      Scoring scoring = new Scoring("seed-bench", folder);
      int right = 0;
      for (int i = 0; i < 8; i++) {
        boolean isMissing = i == 0;
        String text = any(List.of("A", "B", "A.", text()));
        questions.add(seedQuestion(i % 2 == 0 ? String.valueOf(i) : (Object) i, "image"));
        if (!isMissing) {
          scoring.answer(i, text);
          right += text.equals("A") ? 1 : 0;
        }
      }
      questions.add(seedQuestion("v", "video"));
      scoring.file(
          "SEED-Bench.json",
          PythonJson.of(Map.of("questions", questions, "question_type", Map.of("Scene", 1))));

      assertThat(scoring.headline()).isEqualTo(100.0 * right / 8, within(1e-9));
    }
  }

  private static Map<String, Object> seedQuestion(Object id, String dataType) {
    return Map.of("question_id", id, "question_type_id", 1, "data_type", dataType, "answer", "A");
  }
}
