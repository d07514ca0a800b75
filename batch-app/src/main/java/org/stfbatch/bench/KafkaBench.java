package org.stfbatch.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunStore;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Generation;
import org.stfbatch.job.AllowedFolders;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;
import org.stfbatch.job.infer.InferSettings;
import org.stfbatch.job.infer.JobPreparation;
import org.stfbatch.job.infer.JobPreparer;
import org.stfbatch.job.infer.ModelName;
import org.stfbatch.job.infer.ServedModel;
import org.stfbatch.job.intake.IntakeJob;
import org.stfbatch.job.intake.IntakeSettings;
import org.stfbatch.job.intake.TopicPositions;
import org.stfbatch.job.publish.PublishJob;
import org.stfbatch.job.publish.PublishSettings;
import org.stfbatch.kafka.OutgoingRecord;
import org.stfbatch.kafka.PositionedPublisher;
import org.stfbatch.kafka.PublisherPosition;
import org.stfbatch.kafka.PublisherTarget;
import org.stfbatch.kafka.ReadBound;
import org.stfbatch.kafka.TopicAdmin;
import org.stfbatch.kafka.TopicReader;
import org.stfbatch.kafka.TopicRequest;
import org.stfbatch.kafka.message.GenerationSettings;
import org.stfbatch.kafka.message.ImageJobMessage;
import org.stfbatch.kafka.message.MessageType;
import org.stfbatch.model.ModelSettings;

/**
 * Benchmark of the throughput from topic to topic through PostgreSQL, with an engine that answers
 * immediately. Broker and database are on the same machine.
 */
public final class KafkaBench {
  private static final int WARM_UP_MESSAGES = 20_000;
  private static final int TOGETHER = 1000;
  private static final int CHUNK = 1000;
  private static final long WINDOW_BYTES = 256L << 20;
  private static final EngineJob JOB =
      new EngineJob(new int[Workload.SYSTEM_TOKENS], List.of(), Generation.greedy(8));

  private final DataSource database;
  private final KafkaConnection kafka;
  private final int partitions;

  private KafkaBench(DataSource database, KafkaConnection kafka, int partitions) {
    this.database = database;
    this.kafka = kafka;
    this.partitions = partitions;
  }

  /**
   * Measures each step alone and all steps in one job, after a short warm-up.
   *
   * @param parent folder in which the folders of database and broker are created
   * @param messages number of text-only jobs on a topic
   */
  public static BenchReport.Kafka run(Path parent, int messages, int partitions) {
    if (messages < 1 || partitions < 1) {
      throw new IllegalArgumentException("messages and partitions must be at least 1");
    }
    Machine machine = Machine.describe(ModelSettings.exact());
    try (BenchDatabase database = BenchDatabase.open(parent);
        BenchBroker broker = BenchBroker.open(parent)) {
      KafkaBench bench = new KafkaBench(database.dataSource(), broker.connection(), partitions);
      bench.measureSteps("warm-up", WARM_UP_MESSAGES);
      bench.measureJob("warm-up-through", WARM_UP_MESSAGES);
      StepTimes alone = bench.measureSteps("apart", messages);
      double through = bench.measureJob("through", messages);
      return new BenchReport.Kafka(
          machine,
          new KafkaResult(
              messages,
              partitions,
              messages / alone.intakeSeconds(),
              messages / alone.inferSeconds(),
              messages / alone.publishSeconds(),
              messages / through,
              bench.count("through-answers")));
    }
  }

  private record StepTimes(double intakeSeconds, double inferSeconds, double publishSeconds) {}

  private StepTimes measureSteps(String name, int messages) {
    fill(name, messages);
    Run run = new RunStore(database).findOrCreate(name);
    IntakeJob intake = intake(name, run);
    PublishJob publish = publish(name, run);
    return new StepTimes(
        Timing.seconds(() -> intake.run(new StopSignal())),
        Timing.seconds(() -> infer(run, InferJob.Around.NOTHING)),
        Timing.seconds(() -> publish.run(new StopSignal())));
  }

  /** Runs one job of three steps; returns its seconds. */
  private double measureJob(String name, int messages) {
    fill(name, messages);
    Run run = new RunStore(database).findOrCreate(name);
    InferJob.Around around =
        new InferJob.Around(
            Optional.of(() -> intake(name, run).step(new StopSignal())),
            Optional.of(() -> publish(name, run).step(new StopSignal())));
    return Timing.seconds(() -> infer(run, around));
  }

  private IntakeJob intake(String topic, Run run) {
    IntakeSettings settings =
        new IntakeSettings(
            new AllowedFolders(Path.of(""), List.of()),
            ReadBound.untilEnd(),
            OptionalLong.empty(),
            false,
            IntakeSettings.CHUNK);
    return new IntakeJob(
        new BatchRuntime(database),
        run,
        settings,
        new TopicPositions(database, "bench", topic),
        kafka,
        Progress.none());
  }

  private PublishJob publish(String topic, Run run) {
    return new PublishJob(
        new BatchRuntime(database),
        run,
        new PublishSettings(topic + "-answers", false, PublishSettings.PAGE),
        kafka,
        Progress.none());
  }

  private void infer(Run run, InferJob.Around around) {
    InferSettings settings =
        new InferSettings(
            CHUNK,
            new InferSettings.Window(2 * CHUNK, WINDOW_BYTES),
            OptionalLong.empty(),
            "vicuna_v1",
            new InferSettings.Defaults(1, 0, 1, 0, List.of()));
    Engine engine = new InstantEngine();
    new InferJob(
            new BatchRuntime(database),
            run,
            settings,
            new ServedModel(engine, new NoPreparation(), new ModelName("bench", engine.model())),
            Progress.none(),
            new StopSignal(),
            around)
        .run();
  }

  private void fill(String topic, int messages) {
    try (TopicAdmin admin = new TopicAdmin(kafka.settings(), kafka.listener());
        PositionedPublisher publisher =
            new PositionedPublisher(
                kafka.settings(), new PublisherTarget(topic, "bench"), kafka.listener())) {
      admin.create(topic, partitions);
      admin.create(topic + "-answers", partitions);
      publisher.open();
      for (int start = 0; start < messages; start += TOGETHER) {
        List<OutgoingRecord> records = new ArrayList<>();
        for (int row = start; row < Math.min(messages, start + TOGETHER); row++) {
          records.add(message(row));
        }
        publisher.publish(records, PublisherPosition.of("row", start + records.size()));
      }
    }
  }

  private static OutgoingRecord message(int row) {
    ImageJobMessage message =
        new ImageJobMessage(
            "job-" + row,
            Optional.empty(),
            "Is there a snowboard in picture " + row + "? Answer the question with a single word.",
            GenerationSettings.DEFAULTS,
            Optional.of(String.valueOf(row)),
            Optional.empty(),
            Optional.empty());
    return OutgoingRecord.of(
        message.customId(), message.toJson(), MessageType.IMAGE_JOB.headers(Optional.empty()));
  }

  private long count(String topic) {
    TopicRequest request = TopicRequest.of(topic, ReadBound.untilEnd());
    long count = 0;
    try (TopicReader reader = new TopicReader(kafka.settings(), request, kafka.listener())) {
      reader.open();
      while (!reader.ended()) {
        count += reader.poll(Duration.ofSeconds(1)).records().size();
      }
    }
    return count;
  }

  private record NoPreparation() implements JobPreparation {
    @Override
    public JobPreparer preparer(InferSettings settings) {
      return job -> JOB;
    }

    @Override
    public long imageBytes() {
      return 0;
    }

    @Override
    public boolean truncatesPrompts() {
      return false;
    }
  }
}
