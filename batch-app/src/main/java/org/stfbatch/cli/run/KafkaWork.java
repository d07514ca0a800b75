package org.stfbatch.cli.run;

import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.batch.core.step.Step;
import org.stfbatch.base.Plural;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.Together;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.intake.IntakeJob;
import org.stfbatch.job.intake.TopicPositions;
import org.stfbatch.job.publish.PublishJob;

/**
 * A run whose jobs come from a topic, or whose outcomes go to one: one after the other, or all at
 * once.
 */
final class KafkaWork implements InferSurroundings {
  private final Database database;
  private final Run run;
  private final InferKafkaOptions options;
  private final KafkaConnection kafka;
  private final Optional<TopicPositions> positions;
  private final Optional<IntakeJob> intake;
  private final Optional<PublishJob> publish;
  private volatile Progress shown = Progress.none();

  /**
   * @param observations is told what the steps do
   */
  KafkaWork(
      Database database,
      Run run,
      InferKafkaOptions options,
      KafkaConnection kafka,
      ObservationRegistry observations) {
    this.database = database;
    this.run = run;
    this.options = options;
    this.kafka = kafka;
    BatchRuntime batch = new BatchRuntime(database.dataSource(), observations);
    this.positions =
        options.isSource()
            ? Optional.of(
                new TopicPositions(
                    database.dataSource(), options.intake().group(), options.topic()))
            : Optional.empty();
    this.intake =
        positions.map(
            reading ->
                new IntakeJob(batch, run, options.intakeSettings(), reading, kafka, incoming()));
    this.publish =
        options.isPublishing()
            ? Optional.of(
                new PublishJob(batch, run, options.publishSettings(), kafka, Progress.none()))
            : Optional.empty();
  }

  List<Lockable> locks() {
    return positions.stream().map(reading -> Lockable.reader(database, reading.reader())).toList();
  }

  @Override
  public void prepare(StopSignal stop) {
    positions.ifPresent(reading -> reading.reset(options.intake().from(), kafka, stop));
  }

  /** The intake is made before anybody shows progress. */
  private Progress incoming() {
    return new Progress() {
      @Override
      public void advanced(Step step) {
        // Progress counts answered jobs, not messages.
      }

      @Override
      public void expected(long more) {
        shown.expected(more);
      }
    };
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    shown = progress;
    return options.isFollowing() ? together(infer, stop) : inTurn(infer, stop);
  }

  private InferJob.Ending inTurn(Function<Around, InferJob> infer, StopSignal stop) {
    InferJob.Around steps =
        new InferJob.Around(
            intake.map(job -> (Supplier<Step>) () -> job.step(stop)),
            publish.map(job -> (Supplier<Step>) () -> job.step(stop)));
    return infer.apply(new Around(steps, stop)).run();
  }

  private InferJob.Ending together(Function<Around, InferJob> infer, StopSignal stop) {
    Together jobs = new Together(stop);
    jobs.with(part -> infer.apply(new Around(InferJob.Around.NOTHING, part)).follow());
    intake.ifPresent(job -> jobs.with(job::run));
    publish.ifPresent(job -> jobs.with(job::run));
    jobs.run();
    return InferJob.Ending.STOPPED;
  }

  @Override
  public void report() {
    intake.ifPresent(
        job -> System.out.println(IntakeReport.line(options.topic(), run.name(), job.result())));
    publish.ifPresent(
        job ->
            System.out.printf(
                "run %s to topic %s: %s published%n",
                run.name(),
                options.publishSettings().topic(),
                Plural.of(job.published(), "outcome")));
  }
}
