package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Generator of questions that the picture answers unambiguously, scene by scene. Balances the kinds
 * of questions and their answers over all scenes. Not thread safe.
 */
final class QuestionAuthor {
  private static final Map<Category, QuestionKind> KINDS =
      new EnumMap<>(
          Map.of(
              Category.COLOUR, FeatureQuestions::colour,
              Category.COUNT, CountQuestions::count,
              Category.SHAPE, FeatureQuestions::shape,
              Category.POSITION, FeatureQuestions::position,
              Category.PRESENCE, PresenceQuestions::presence,
              Category.RELATION, RelationQuestions::relation,
              Category.NEIGHBOUR, NeighbourQuestions::neighbour,
              Category.SIZE, SizeQuestions::size,
              Category.CHOICE, ChoiceQuestions::choice));

  /** Candidates per question, from which the best is chosen. */
  private static final int IDEAS = 8;

  /** Maximum number of questions of one kind about a picture; more would be repetitive. */
  private static final int ROUNDS = 3;

  private final AnswerBalance balance = new AnswerBalance();
  private final Map<Category, Integer> asked = new EnumMap<>(Category.class);

  /** Returns at most {@code count} different questions, in random order. */
  List<Question> ask(Inquiry inquiry, int count) {
    List<Question> questions = new ArrayList<>();
    Set<String> stems = new HashSet<>();
    for (int round = 0; round < ROUNDS && questions.size() < count; round++) {
      for (Category category : rarestFirst(inquiry)) {
        if (questions.size() < count) {
          Optional<Candidate> candidate = balance.choose(ideas(category, inquiry, stems));
          candidate.ifPresent(
              chosen -> {
                balance.add(chosen.outcome());
                asked.merge(category, 1, Integer::sum);
                stems.add(chosen.question().stem());
                questions.add(inquiry.random().nextInt(questions.size() + 1), chosen.question());
              });
        }
      }
    }
    return questions;
  }

  private List<Category> rarestFirst(Inquiry inquiry) {
    List<Category> categories = new ArrayList<>();
    for (Category category : KINDS.keySet()) {
      categories.add(inquiry.random().nextInt(categories.size() + 1), category);
    }
    categories.sort(Comparator.comparing(category -> asked.getOrDefault(category, 0)));
    return categories;
  }

  private static List<Candidate> ideas(Category category, Inquiry inquiry, Set<String> known) {
    List<Candidate> ideas = new ArrayList<>();
    for (int i = 0; i < IDEAS; i++) {
      KINDS
          .get(category)
          .ask(inquiry)
          .filter(idea -> !known.contains(idea.question().stem()))
          .ifPresent(ideas::add);
    }
    return ideas;
  }
}
