package org.stfbatch.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Scores of the answers to a drawn world's questions. A question without an answer counts as wrong;
 * answers to questions without a label are ignored.
 */
public final class Scorecard {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Graded> graded;
  private final int questions;

  private record Graded(
      String category, Set<String> unseen, double chance, boolean answered, boolean right) {
    /** Captions and questions without a picture are excluded from the total. */
    boolean isShortAnswer() {
      return !category.equals(Category.CAPTION.word()) && !category.equals(Category.TEXT.word());
    }
  }

  private Scorecard(List<Graded> graded, int questions) {
    this.graded = graded;
    this.questions = questions;
  }

  /**
   * Compares the answers of several models with the same labels; every score is over all answers.
   *
   * @param answers at least one file, as for {@link #of(Path, Path)}
   * @throws IllegalArgumentException as {@link #of(Path, Path)}
   */
  public static Scorecard of(Path labels, List<Path> answers) throws IOException {
    List<Graded> all = new ArrayList<>();
    for (Path file : answers) {
      all.addAll(of(labels, file).graded);
    }
    return new Scorecard(all, all.size() / answers.size());
  }

  /**
   * Compares answers with labels.
   *
   * @param labels the world's {@code labels.jsonl}
   * @param answers lines with {@code question_id} and {@code text}, as exported
   * @throws IllegalArgumentException if a file is missing or not of this kind, or if the answers
   *     belong to other questions; the message names the file and the cure
   * @throws IOException if a file cannot be read
   */
  public static Scorecard of(Path labels, Path answers) throws IOException {
    Map<String, String> given = new HashMap<>();
    for (JsonNode line : lines(answers, "export the run's answers again", "question_id", "text")) {
      given.put(line.get("question_id").toString(), line.get("text").asText());
    }
    List<Graded> graded = new ArrayList<>();
    int matched = 0;
    for (JsonNode label :
        lines(labels, "give the labels.jsonl of demo-data", "question_id", "answer", "category")) {
      String answer = given.get(label.get("question_id").toString());
      matched += answer == null ? 0 : 1;
      graded.add(grade(label, answer));
    }
    if (matched == 0) {
      throw new IllegalArgumentException(
          "%s holds no answer to a question of %s: give the answers of a run over the same questions"
              .formatted(answers, labels));
    }
    return new Scorecard(graded, graded.size());
  }

  private static Graded grade(JsonNode label, String answer) {
    String category = label.get("category").asText();
    Set<String> unseen = new HashSet<>();
    label.path("unseen").forEach(novelty -> unseen.add(novelty.asText()));
    boolean right =
        answer != null && AnswerMatch.isRight(category, label.get("answer").asText(), answer);
    return new Graded(category, unseen, label.path("chance").asDouble(), answer != null, right);
  }

  private static List<JsonNode> lines(Path file, String cure, String... fields) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        nodes.add(parse(line, fields));
      }
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file %s: %s".formatted(file, cure), e);
    } catch (com.fasterxml.jackson.core.JacksonException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s, line %d cannot be used: %s".formatted(file, nodes.size() + 1, cure), e);
    }
    return nodes;
  }

  private static JsonNode parse(String line, String... fields) throws IOException {
    JsonNode node = JSON.readTree(line);
    for (String field : fields) {
      node.required(field);
    }
    return node;
  }

  /** Returns how many questions have no answer, over all files of answers. */
  public long unanswered() {
    return graded.stream().filter(item -> !item.answered()).count();
  }

  /** Returns the scores by category. */
  public List<Score> byCategory() {
    return Arrays.stream(Category.values())
        .map(Category::word)
        .map(word -> score(word, item -> item.category().equals(word)))
        .filter(score -> score.questions() > 0)
        .toList();
  }

  /** Returns the score of all short answers about pictures: everything but captions and text. */
  public Score total() {
    return score("all short answers", Graded::isShortAnswer);
  }

  /** Returns the scores of short answers about pictures with each kind of held-out content. */
  public List<Score> byNovelty() {
    return Arrays.stream(Split.Novelty.values())
        .map(Split.Novelty::word)
        .map(word -> score("unseen " + word, g -> g.isShortAnswer() && g.unseen().contains(word)))
        .filter(score -> score.questions() > 0)
        .toList();
  }

  /**
   * Compares these answers with others to the same questions.
   *
   * @param others compared with the same labels
   */
  public PairedScores against(Scorecard others) {
    return new PairedScores(
        IntStream.range(0, questions).mapToObj(i -> paired(i, others)).toList());
  }

  private PairedScores.Question paired(int question, Scorecard others) {
    Graded kind = graded.get(question);
    return new PairedScores.Question(
        kind.category(), kind.isShortAnswer(), accuracy(question), others.accuracy(question));
  }

  /** Returns the fraction of correct answers to a question. */
  private double accuracy(int question) {
    int answers = graded.size() / questions;
    return IntStream.range(0, answers)
        .mapToDouble(model -> graded.get(model * questions + question).right() ? 1 : 0)
        .average()
        .orElseThrow();
  }

  private Score score(String name, Predicate<Graded> which) {
    List<Graded> chosen = graded.stream().filter(which).toList();
    return new Score(
        name,
        chosen.size(),
        (int) chosen.stream().filter(Graded::right).count(),
        chosen.stream().mapToDouble(Graded::chance).average().orElse(0));
  }
}
