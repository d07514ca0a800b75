package org.stfbatch.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.stfbatch.cli.console.Notices;
import org.stfbatch.demo.PairedScore;
import org.stfbatch.demo.PairedScores;
import org.stfbatch.demo.Score;
import org.stfbatch.demo.Scorecard;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo-score}: scores answers about generated pictures. */
@Command(
    name = "demo-score",
    description = {"Compares answers about generated pictures with their labels."},
    footer = {
      "  stf-batch demo-score --labels demo/labels.jsonl --answers answers.jsonl",
      "  stf-batch demo-score --labels drawn-500/labels.jsonl --answers night.jsonl",
      "  stf-batch demo-score --labels demo/labels.jsonl --answers new-1.jsonl new-2.jsonl --against old-1.jsonl old-2.jsonl"
    })
public final class DemoScoreCommand implements Callable<Integer> {
  @Option(
      names = "--labels",
      required = true,
      paramLabel = "FILE",
      description = "The labels.jsonl of demo-data.")
  private Path labels;

  @Option(
      names = "--answers",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "The answers, exported with --format llava or jsonl; several files, of models that are to be scored together.")
  private List<Path> answers;

  @Option(
      names = "--against",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Other answers to the same questions, to be compared with: prints the difference of the accuracies, and its standard error over the questions.")
  private List<Path> against;

  @Override
  public Integer call() throws IOException {
    Scorecard scorecard = Scorecard.of(labels, answers);
    System.out.printf("%-20s %5s %6s   %16s   %7s%n", "", "asked", "right", "accuracy", "chance");
    print(scorecard.byCategory());
    print(List.of(scorecard.total()));
    print(scorecard.byNovelty());
    noteUnanswered("--answers", scorecard);
    if (against != null) {
      Scorecard others = Scorecard.of(labels, against);
      noteUnanswered("--against", others);
      print(scorecard.against(others));
    }
    return 0;
  }

  private static void noteUnanswered(String option, Scorecard scorecard) {
    if (scorecard.unanswered() > 0) {
      Notices.onStderr(
          "%s: %d questions have no answer and count as wrong"
              .formatted(option, scorecard.unanswered()));
    }
  }

  private static void print(PairedScores paired) {
    System.out.printf("%n%-20s %9s   %9s   %16s%n", "", "accuracy", "against", "difference");
    List<PairedScore> lines = new ArrayList<>(paired.byCategory());
    lines.add(paired.total());
    for (PairedScore line : lines) {
      System.out.printf(
          Locale.ROOT,
          "%-20s %7.1f %%   %7.1f %%   %+5.1f %% \u00b1 %s%n",
          line.name(),
          100 * line.accuracy(),
          100 * line.other(),
          100 * line.difference(),
          error(line));
    }
  }

  private static String error(PairedScore line) {
    return line.questions() < 2
        ? "unknown"
        : String.format(Locale.ROOT, "%4.1f %%", 100 * line.error());
  }

  private static void print(List<Score> scores) {
    for (Score score : scores) {
      System.out.printf(
          Locale.ROOT,
          "%-20s %5d %6d   %5.1f %% \u00b1 %4.1f %%   %5.1f %%%n",
          score.name(),
          score.questions(),
          score.right(),
          100 * score.accuracy(),
          100 * score.error(),
          100 * score.chance());
    }
  }
}
