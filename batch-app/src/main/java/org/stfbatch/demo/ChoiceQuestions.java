package org.stfbatch.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Multiple-choice forms of the other questions, with four options. */
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
    List<String> wrong = new ArrayList<>(open.outcome().possible());
    wrong.remove(open.outcome().value());
    int right = random.nextInt(OPTIONS);
    StringBuilder text = new StringBuilder(open.question().text());
    List<String> steps = new ArrayList<>(List.of(open.outcome().value()));
    for (int i = 0; i < OPTIONS; i++) {
      String option =
          i == right ? open.outcome().value() : wrong.remove(random.nextInt(wrong.size()));
      text.append('\n').append(letter(i)).append(". ").append(option);
      if (i <= right) {
        steps.add(
            "%s. %s? %s %s"
                .formatted(letter(i), open.outcome().value(), option, YesNo.of(i == right)));
      }
    }
    Question question =
        new Question(
            Category.CHOICE,
            text.toString(),
            open.question().rationale().then(steps),
            letter(right),
            1.0 / OPTIONS);
    return new Candidate(question, choiceOutcome(open.outcome()));
  }

  /**
   * The answers of multiple-choice questions are balanced separately from those of open questions.
   */
  private static BalancedOutcome choiceOutcome(BalancedOutcome open) {
    return new BalancedOutcome(
        "choice of " + open.group(), "choice of " + open.subject(), open.value(), open.possible());
  }

  private static String letter(int index) {
    return String.valueOf((char) ('A' + index));
  }
}
