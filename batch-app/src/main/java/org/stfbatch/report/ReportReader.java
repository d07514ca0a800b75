package org.stfbatch.report;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.EvaluationStore;
import org.stfbatch.db.FailureGroup;
import org.stfbatch.db.OutcomeSample;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunFigures;
import org.stfbatch.db.RunFiguresStore;
import org.stfbatch.db.RunFiguresStore.TokenKind;
import org.stfbatch.db.RunModelStore;
import org.stfbatch.db.RunSamplesStore;
import org.stfbatch.db.StoredEvaluation;
import org.stfbatch.db.TokenBin;
import org.stfbatch.secret.Secrets;

/** Reads reports from the database. Thread safe. */
public final class ReportReader {
  private static final int MOST_SLICES = 60;

  /** With fewer chunks, a curve would show when chunks ended rather than their speed. */
  private static final int CHUNKS_A_SLICE = 3;

  private static final int BINS = 24;
  private static final int SAMPLES_OF_A_CODE = 6;
  private static final int FAILED_SAMPLES = 24;
  private static final int ANSWERED_SAMPLES = 24;
  private static final int SHOWN_CHARACTERS = 600;
  private static final int SHOWN_REFERENCE = 80;

  private final RunFiguresStore store;
  private final RunSamplesStore samples;
  private final RunModelStore models;
  private final EvaluationStore evaluations;
  private final Thumbnails thumbnails;
  private final Clock clock;

  public ReportReader(DataSource dataSource, Clock clock) {
    this.store = new RunFiguresStore(dataSource);
    this.samples = new RunSamplesStore(dataSource);
    this.models = new RunModelStore(dataSource);
    this.evaluations = new EvaluationStore(dataSource);
    this.thumbnails = new Thumbnails();
    this.clock = clock;
  }

  /**
   * Reads the report of a run in one snapshot of the database.
   *
   * @param others runs to compare it with
   * @throws InterruptedException if interrupted while an image is read
   */
  public RunReport read(Run run, List<Run> others, ReportTerms terms) throws InterruptedException {
    Snapshot snapshot = store.atOneMoment(() -> snapshot(run, others, terms));
    // Loading images may take long, so it is not part of the transaction.
    return report(
        run,
        snapshot,
        terms,
        new RunReport.Samples(
            withThumbnails(snapshot.failedSamples), withThumbnails(snapshot.answeredSamples)));
  }

  /** The data that is read in one transaction. */
  private record Snapshot(
      String at,
      RunFigures figures,
      String model,
      List<Fact> facts,
      Optional<StoredEvaluation> evaluation,
      Curves curves,
      List<FailureGroup> failures,
      List<OutcomeSample> failedSamples,
      List<OutcomeSample> answeredSamples,
      List<RunReport.Other> others) {}

  /** The data of the charts. */
  private record Curves(
      List<RunReport.Slice> timeline, List<TokenBin> prompts, List<TokenBin> answers) {}

  private Snapshot snapshot(Run run, List<Run> others, ReportTerms terms) {
    long id = run.runId();
    RunFigures figures = store.figures(id);
    Optional<StoredEvaluation> evaluation = evaluations.find(id);
    return new Snapshot(
        clock.instant().toString(),
        figures,
        models.name(id).orElse(""),
        Facts.of(figures, evaluation, terms),
        evaluation,
        curves(id, figures),
        samples.failures(id).stream().map(ReportReader::masked).toList(),
        samples.failedSamples(id, SAMPLES_OF_A_CODE, FAILED_SAMPLES),
        samples.answeredSamples(id, ANSWERED_SAMPLES),
        others.stream().map(other -> other(other, terms)).toList());
  }

  private Curves curves(long runId, RunFigures figures) {
    long chunks = figures.span().map(RunFigures.Span::chunks).orElse(0L);
    int slices = (int) Math.max(1, Math.min(MOST_SLICES, chunks / CHUNKS_A_SLICE));
    return new Curves(
        DeviceTime.of(store.timeline(runId, slices), attempts(figures)),
        store.histogram(runId, TokenKind.PROMPT, BINS),
        store.histogram(runId, TokenKind.GENERATED, BINS));
  }

  private static List<RunFigures.Attempt> attempts(RunFigures figures) {
    return figures.span().map(RunFigures.Span::attempts).orElse(List.of());
  }

  private RunReport.Other other(Run run, ReportTerms terms) {
    RunFigures figures = store.figures(run.runId());
    return new RunReport.Other(
        run.name(),
        figures.span().map(work -> work.started().toString()).orElse(""),
        figures.span().map(work -> work.finished().toString()).orElse(""),
        models.name(run.runId()).orElse(""),
        figures.places(),
        Facts.of(figures, evaluations.find(run.runId()), terms));
  }

  private static RunReport report(
      Run run, Snapshot snapshot, ReportTerms terms, RunReport.Samples samples) {
    Optional<RunFigures.Span> span = snapshot.figures.span();
    return new RunReport(
        run.name(),
        snapshot.at,
        span.map(work -> work.started().toString()).orElse(""),
        span.map(work -> work.finished().toString()).orElse(""),
        snapshot.model,
        snapshot.figures.places(),
        snapshot.facts,
        snapshot.evaluation.stream().map(scored -> evaluation(scored, terms)).toList(),
        snapshot.figures.seconds(),
        span.stream().flatMap(work -> work.attempts().stream()).map(ReportReader::attempt).toList(),
        snapshot.figures.workers().stream().map(worker -> worker(worker, span)).toList(),
        snapshot.curves.timeline(),
        snapshot.failures,
        samples,
        snapshot.curves.prompts(),
        snapshot.curves.answers(),
        snapshot.others);
  }

  private static RunReport.Evaluation evaluation(StoredEvaluation evaluation, ReportTerms terms) {
    return new RunReport.Evaluation(
        evaluation.benchmark(),
        evaluation.strict(),
        evaluation.questions(),
        evaluation.answered(),
        evaluation.figures().stream()
            .map(f -> new RunReport.Figure(f.name(), f.value(), f.isHeadline()))
            .toList(),
        evaluation.problem().orElse(""),
        evaluation.scoredAt().toString(),
        evaluation.published().isPresent()
            ? terms.published().of(evaluation.benchmark())
            : List.of());
  }

  private static RunReport.Attempt attempt(RunFigures.Attempt attempt) {
    return new RunReport.Attempt(
        attempt.worker(), attempt.started().toString(), attempt.second(), attempt.seconds());
  }

  private static RunReport.Worker worker(
      RunFigures.WorkerShare worker, Optional<RunFigures.Span> span) {
    double deviceSeconds = worker.seconds() * ChunkMetric.Place.devices(worker.device());
    return new RunReport.Worker(
        worker.name(),
        worker.device(),
        worker.started().toString(),
        worker.finished().toString(),
        worker.seconds(),
        worker.jobs(),
        worker.failures(),
        Facts.per(worker.jobs(), span.map(RunFigures.Span::jobs).orElse(0L)),
        Facts.per(worker.jobs(), worker.seconds()),
        Math.min(1, Facts.per(worker.deviceSeconds(), deviceSeconds)));
  }

  private List<RunReport.Sample> withThumbnails(List<OutcomeSample> samples)
      throws InterruptedException {
    List<RunReport.Sample> shown = new ArrayList<>();
    for (OutcomeSample sample : samples) {
      shown.add(withThumbnail(sample));
    }
    return List.copyOf(shown);
  }

  private RunReport.Sample withThumbnail(OutcomeSample sample) throws InterruptedException {
    Thumbnails.Thumbnail thumbnail = thumbnails.of(sample.image(), sample.imageRoot());
    return new RunReport.Sample(
        sample.customId(),
        sample.questionId().orElse(""),
        sample
            .image()
            .map(Secrets::maskReference)
            .map(image -> shortened(image, SHOWN_REFERENCE))
            .orElse(""),
        thumbnail.dataUri(),
        thumbnail.note(),
        shortened(sample.prompt(), SHOWN_CHARACTERS),
        shortened(outcome(sample), SHOWN_CHARACTERS),
        sample.code().orElse(""));
  }

  /**
   * Returns an answer unchanged, or a failure's message with secrets masked, because it may quote a
   * URL.
   */
  private static String outcome(OutcomeSample sample) {
    return sample.code().isPresent() ? Secrets.mask(sample.outcome()) : sample.outcome();
  }

  private static FailureGroup masked(FailureGroup group) {
    return new FailureGroup(
        group.stage(), group.code(), group.count(), Secrets.mask(group.example()));
  }

  /** Shortens a text, at a word boundary if there is one in the last quarter. */
  private static String shortened(String text, int characters) {
    if (text.codePointCount(0, text.length()) <= characters) {
      return text;
    }
    int most = text.offsetByCodePoints(0, characters - 1);
    int word = text.lastIndexOf(' ', most);
    return text.substring(0, word > most * 3 / 4 ? word : most) + "…";
  }
}
