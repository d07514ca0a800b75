package org.stfbatch.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Blind baselines: without the pictures, no guesser is better than chance. */
class BlindBaselineTest {
  /** Statistical margin above chance for about 650 questions per kind. */
  private static final double MARGIN = 0.05;

  private static List<Question> training;
  private static Map<Category, List<Question>> heldOut;

  @BeforeAll
  static void ask() {
    training =
        World.asked(Split.TRAIN, 1, 8000, 8).stream().flatMap(a -> a.questions().stream()).toList();
    heldOut = new EnumMap<>(Category.class);
    World.asked(Split.HELD_OUT, 1, 1500, 4).stream()
        .flatMap(a -> a.questions().stream())
        .forEach(q -> heldOut.computeIfAbsent(q.category(), c -> new ArrayList<>()).add(q));
  }

  @Test
  void allKindsAreAskedEquallyOften() {
    assertThat(heldOut).hasSize(9);
    assertThat(heldOut.values()).allMatch(questions -> questions.size() > 600);
  }

  @Test
  void theMostFrequentAnswerToTheSameTextIsNoBetterThanGuessing() {
    requireNoBetterThanGuessing(new MostFrequent(Question::text));
  }

  @Test
  void theMostFrequentAnswerToTheSameStemIsNoBetterThanGuessing() {
    requireNoBetterThanGuessing(new MostFrequent(Question::stem));
  }

  @Test
  void theMostFrequentAnswerToTheSameKindIsNoBetterThanGuessing() {
    requireNoBetterThanGuessing(new MostFrequent(question -> question.category().word()));
  }

  @Test
  void theWordsOfAQuestionDoNotPredictItsAnswer() {
    requireNoBetterThanGuessing(new NaiveBayes());
  }

  /** Holds even for a guesser that knows the distribution of the test's answers. */
  @Test
  void theAnswersOfTheTestAreBalanced() {
    heldOut.forEach(
        (category, questions) -> {
          Map<String, Integer> counts = new HashMap<>();
          questions.forEach(q -> counts.merge(kindOfAnswer(q), 1, Integer::sum));
          int most = counts.values().stream().max(Integer::compare).orElseThrow();
          assertThat((double) most / questions.size())
              .as(category.word())
              .isLessThan(chance(questions) + MARGIN);
        });
  }

  private interface Guesser {
    void learn(Question question);

    String guess(Question question);
  }

  private static void requireNoBetterThanGuessing(Guesser guesser) {
    training.forEach(guesser::learn);
    heldOut.forEach(
        (category, questions) -> {
          long right =
              questions.stream().filter(q -> guesser.guess(q).equals(kindOfAnswer(q))).count();
          assertThat((double) right / questions.size())
              .as("%s, guessed by %s", category.word(), guesser.getClass().getSimpleName())
              .isLessThan(chance(questions) + MARGIN);
        });
  }

  private static double chance(List<Question> questions) {
    return questions.stream().mapToDouble(Question::chance).average().orElseThrow();
  }

  /**
   * For sizes, compares the position of the named item in the question, because names rarely
   * repeat.
   */
  private static String kindOfAnswer(Question question) {
    if (question.category() != Category.SIZE) {
      return question.answer();
    }
    String options = question.text().substring(question.text().indexOf("the "));
    return options.startsWith("the " + question.answer() + " or ") ? "first" : "second";
  }

  /**
   * Guesses the most frequent correct answer for the key, or for the category of an unknown key.
   */
  private static final class MostFrequent implements Guesser {
    private final Function<Question, String> key;
    private final Map<String, Map<String, Integer>> counts = new HashMap<>();

    MostFrequent(Function<Question, String> key) {
      this.key = key;
    }

    @Override
    public void learn(Question question) {
      for (String known : keys(question).toList()) {
        counts
            .computeIfAbsent(known, k -> new HashMap<>())
            .merge(kindOfAnswer(question), 1, Integer::sum);
      }
    }

    @Override
    public String guess(Question question) {
      return keys(question)
          .filter(counts::containsKey)
          .findFirst()
          .flatMap(known -> counts.get(known).entrySet().stream().max(Map.Entry.comparingByValue()))
          .orElseThrow()
          .getKey();
    }

    private Stream<String> keys(Question question) {
      String category = question.category().word();
      return Stream.of(category + "/" + key.apply(question), category);
    }
  }

  /** Naive Bayes classifier over the words of the question. */
  private static final class NaiveBayes implements Guesser {
    private final Map<Category, Map<String, Map<String, Integer>>> wordsOfAnswer = new HashMap<>();
    private final Map<Category, Map<String, Integer>> answers = new HashMap<>();

    @Override
    public void learn(Question question) {
      String answer = kindOfAnswer(question);
      answers
          .computeIfAbsent(question.category(), c -> new HashMap<>())
          .merge(answer, 1, Integer::sum);
      Map<String, Integer> words =
          wordsOfAnswer
              .computeIfAbsent(question.category(), c -> new HashMap<>())
              .computeIfAbsent(answer, a -> new HashMap<>());
      words(question).forEach(word -> words.merge(word, 1, Integer::sum));
    }

    @Override
    public String guess(Question question) {
      return answers.get(question.category()).keySet().stream()
          .max((a, b) -> Double.compare(score(a, question), score(b, question)))
          .orElseThrow();
    }

    private double score(String answer, Question question) {
      int count = answers.get(question.category()).get(answer);
      Map<String, Integer> words = wordsOfAnswer.get(question.category()).get(answer);
      return Math.log(count)
          + words(question)
              .mapToDouble(word -> Math.log((words.getOrDefault(word, 0) + 1.0) / (count + 2.0)))
              .sum();
    }

    /** Words and pairs of words, so that options are combined with their letters. */
    private static Stream<String> words(Question question) {
      String[] words = question.text().split("[ \\n]+");
      return Stream.concat(
          Stream.of(words),
          Stream.iterate(1, i -> i < words.length, i -> i + 1)
              .map(i -> words[i - 1] + " " + words[i]));
    }
  }
}
