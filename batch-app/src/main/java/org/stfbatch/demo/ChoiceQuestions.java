package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Other questions with four answers to choose from. */
final class ChoiceQuestions {
  private static final int OPTIONS = 4;

  private ChoiceQuestions() {}

  static Optional<Candidate> choice(Inquiry inquiry) {
    QuestionKind kind =
        inquiry.<QuestionKind>any(
            List.of(
                FeatureQuestions::colour,
                FeatureQuestions::shape,
                FeatureQuestions::position,
                CountQuestions::count));
    return kind.ask(inquiry).map(open -> withOptions(open, inquiry.random()));
  }

  private static Candidate withOptions(Candidate open, SplittableRandom random) {
    List<String> wrong = new ArrayList<>(open.lot().outcomes());
    wrong.remove(open.lot().outcome());
    int right = random.nextInt(OPTIONS);
    StringBuilder text = new StringBuilder(open.question().text());
    List<String> steps = new ArrayList<>(List.of(open.lot().outcome()));
    for (int i = 0; i < OPTIONS; i++) {
      String option =
          i == right ? open.lot().outcome() : wrong.remove(random.nextInt(wrong.size()));
      text.append('\n').append(letter(i)).append(". ").append(option);
      if (i <= right) {
        steps.add(
            "%s. %s? %s %s"
                .formatted(letter(i), open.lot().outcome(), option, YesNo.of(i == right)));
      }
    }
    Question question =
        new Question(
            Category.CHOICE,
            text.toString(),
            open.question().rationale().then(steps),
            letter(right),
            1.0 / OPTIONS);
    return new Candidate(question, amongChoices(open.lot()));
  }

  /** What is right is balanced apart from the open questions. */
  private static Lot amongChoices(Lot open) {
    return new Lot(
        "choice of " + open.group(),
        "choice of " + open.subject(),
        open.outcome(),
        open.outcomes());
  }

  private static String letter(int index) {
    return String.valueOf((char) ('A' + index));
  }
}
