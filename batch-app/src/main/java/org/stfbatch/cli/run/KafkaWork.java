package org.stfbatch.cli.run;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.batch.core.step.Step;
import org.stfbatch.job.ConcurrentJobs;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/**
 * A run of one process with Kafka: reads, answers and publishes one after the other, or, with
 * --follow, at the same time.
 */
final class KafkaWork implements InferSurroundings {
  private final InferKafkaOptions options;
  private final KafkaConnection kafka;
  private final KafkaJobs jobs;

  KafkaWork(InferKafkaOptions options, KafkaConnection kafka, KafkaJobs jobs) {
    this.options = options;
    this.kafka = kafka;
    this.jobs = jobs;
  }

  List<Lockable> locks() {
    return jobs.reading().stream().toList();
  }

  @Override
  public void prepare(StopSignal stop) {
    jobs.positions().ifPresent(reading -> reading.reset(options.intake().from(), kafka, stop));
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    jobs.show(progress);
    return options.isFollowing() ? together(infer, stop) : inTurn(infer, stop);
  }

  private InferJob.Ending inTurn(Function<Around, InferJob> infer, StopSignal stop) {
    InferJob.Around steps =
        new InferJob.Around(
            jobs.intake().map(job -> (Supplier<Step>) () -> job.step(stop)),
            jobs.publish().map(job -> (Supplier<Step>) () -> job.step(stop)));
    return infer.apply(new Around(steps, stop)).run();
  }

  private InferJob.Ending together(Function<Around, InferJob> infer, StopSignal stop) {
    ConcurrentJobs side = new ConcurrentJobs(stop);
    side.with(part -> infer.apply(new Around(InferJob.Around.NOTHING, part)).follow());
    jobs.intake().ifPresent(job -> side.with(job::run));
    jobs.publish().ifPresent(job -> side.with(job::run));
    side.run();
    return InferJob.Ending.STOPPED;
  }

  @Override
  public void report() {
    jobs.report();
  }
}
