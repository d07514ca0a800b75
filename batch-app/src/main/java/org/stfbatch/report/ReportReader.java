package org.stfbatch.report;

import java.time.Clock;
import java.util.List;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.stfbatch.db.OutcomeSample;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunFiguresStore.TokenKind;

/** Makes reports of what the tables say. Thread safe. */
public final class ReportReader {
  private static final int SLICES = 60;
  private static final int BINS = 24;
  private static final int FAILED_SAMPLES = 24;
  private static final int ANSWERED_SAMPLES = 24;
  private static final int SHOWN_CHARACTERS = 600;

  private final RunFiguresStore store;
  private final Thumbnails thumbnails;
  private final Clock clock;

  public ReportReader(DataSource dataSource, Clock clock) {
    this.store = new RunFiguresStore(dataSource);
    this.thumbnails = new Thumbnails();
    this.clock = clock;
  }

  /**
   * The report of a run, as of one moment.
   *
   * @param others runs to compare it with
   * @param pricePerHour of the machine, in any currency; empty if unknown
   * @throws InterruptedException if interrupted while an image is read
   */
  public RunReport read(Run run, List<Run> others, OptionalDouble pricePerHour)
      throws InterruptedException {
    Samples samples = new Samples();
    RunReport bare = store.atOneMoment(() -> read(run, others, pricePerHour, samples));
    // Pictures may take long: not in the transaction.
    return withSamples(bare, pictured(samples.failed), pictured(samples.answered));
  }

  /** What is read in the transaction and pictured after it. */
  private static final class Samples {
    private List<OutcomeSample> failed = List.of();
    private List<OutcomeSample> answered = List.of();
  }

  private RunReport read(Run run, List<Run> others, OptionalDouble price, Samples samples) {
    long id = run.runId();
    RunFigures figures = store.figures(id);
    samples.failed = store.failedSamples(id, FAILED_SAMPLES);
    samples.answered = store.answeredSamples(id, ANSWERED_SAMPLES);
    return new RunReport(
        run.name(),
        clock.instant().toString(),
        figures.span().map(span -> span.started().toString()).orElse(""),
        figures.span().map(span -> span.finished().toString()).orElse(""),
        figures.places(),
        Facts.of(figures, price),
        figures.seconds(),
        store.timeline(id, SLICES),
        store.failures(id),
        List.of(),
        List.of(),
        store.histogram(id, TokenKind.PROMPT, BINS),
        store.histogram(id, TokenKind.GENERATED, BINS),
        others.stream().map(other -> other(other, price)).toList());
  }

  private RunReport.Other other(Run run, OptionalDouble price) {
    return new RunReport.Other(run.name(), Facts.of(store.figures(run.runId()), price));
  }

  private static RunReport withSamples(
      RunReport bare, List<RunReport.Sample> failed, List<RunReport.Sample> answered) {
    return new RunReport(
        bare.run(),
        bare.madeAt(),
        bare.started(),
        bare.finished(),
        bare.places(),
        bare.facts(),
        bare.seconds(),
        bare.timeline(),
        bare.failures(),
        failed,
        answered,
        bare.promptTokens(),
        bare.generatedTokens(),
        bare.others());
  }

  private List<RunReport.Sample> pictured(List<OutcomeSample> samples) throws InterruptedException {
    RunReport.Sample[] pictured = new RunReport.Sample[samples.size()];
    for (int i = 0; i < pictured.length; i++) {
      pictured[i] = pictured(samples.get(i));
    }
    return List.of(pictured);
  }

  private RunReport.Sample pictured(OutcomeSample sample) throws InterruptedException {
    return new RunReport.Sample(
        sample.customId(),
        sample.image().map(image -> shortened(image, 80)).orElse(""),
        thumbnails.of(sample.image(), sample.imageRoot()).orElse(""),
        shortened(sample.prompt(), SHOWN_CHARACTERS),
        shortened(sample.outcome(), SHOWN_CHARACTERS),
        sample.code().orElse(""));
  }

  private static String shortened(String text, int characters) {
    if (text.codePointCount(0, text.length()) <= characters) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, characters - 1)) + "…";
  }
}
