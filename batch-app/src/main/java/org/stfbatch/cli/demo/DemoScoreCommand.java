package org.stfbatch.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
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
      "  stf-batch demo-score --labels drawn-500/labels.jsonl --answers night.jsonl"
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
      paramLabel = "FILE",
      description = "The answers, exported with --format llava or jsonl.")
  private Path answers;

  @Override
  public Integer call() throws IOException {
    Scorecard scorecard = Scorecard.of(labels, answers);
    System.out.printf("%-20s %5s %6s   %16s   %7s%n", "", "asked", "right", "accuracy", "chance");
    print(scorecard.byCategory());
    print(List.of(scorecard.total()));
    print(scorecard.byNovelty());
    return 0;
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
