package org.stfbatch.cli.run;

import io.micrometer.observation.ObservationRegistry;
import java.util.Optional;
import org.stfbatch.base.Plural;
import org.stfbatch.db.Database;
import org.stfbatch.db.Run;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.intake.IntakeJob;
import org.stfbatch.job.intake.TopicPositions;
import org.stfbatch.job.publish.PublishJob;

/** The intake of a run's jobs from a topic, and the publication of its outcomes to one. */
final class KafkaJobs {
  private final Database database;
  private final Run run;
  private final InferKafkaOptions options;
  private final Optional<TopicPositions> positions;
  private final Optional<IntakeJob> intake;
  private final Optional<PublishJob> publish;
  private volatile Progress shown = Progress.none();

  /**
   * @param observations receives the steps' observations
   */
  KafkaJobs(
      Database database,
      Run run,
      InferKafkaOptions options,
      KafkaConnection kafka,
      ObservationRegistry observations) {
    this.database = database;
    this.run = run;
    this.options = options;
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

  /** Delegates to the progress display, which does not exist yet when the intake is created. */
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

  /** Sets the display of arriving jobs. */
  void show(Progress progress) {
    shown = progress;
  }

  /** Returns the positions to read from; empty if no topic is read. */
  Optional<TopicPositions> positions() {
    return positions;
  }

  /** Returns the lock for reading the topic; empty if none is read. */
  Optional<Lockable> reading() {
    return positions.map(reading -> Lockable.reader(database, reading.reader()));
  }

  /** Returns the lock for publishing; empty if nothing is published. */
  Optional<Lockable> publishing() {
    return publish.map(job -> Lockable.publisher(database, run, options.publishSettings().topic()));
  }

  Optional<IntakeJob> intake() {
    return intake;
  }

  Optional<PublishJob> publish() {
    return publish;
  }

  /** Prints the result. */
  void report() {
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
