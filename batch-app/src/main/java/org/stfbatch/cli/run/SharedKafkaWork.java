package org.stfbatch.cli.run;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.stfbatch.db.Worker;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Claims;
import org.stfbatch.job.ConcurrentJobs;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.Progress;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.infer.InferJob;

/**
 * A shared run with Kafka. One worker at a time reads the topic, and one publishes; when it ends or
 * stops responding, another takes over.
 */
final class SharedKafkaWork implements InferSurroundings {
  private final boolean isFollowing;
  private final Worker worker;
  private final KafkaJobs jobs;
  private final Claims claims;

  /**
   * @param isFollowing whether jobs arrive until a stop is requested
   */
  SharedKafkaWork(boolean isFollowing, Worker worker, KafkaJobs jobs, Claims claims) {
    this.isFollowing = isFollowing;
    this.worker = worker;
    this.jobs = jobs;
    this.claims = claims;
  }

  @Override
  public void prepare(StopSignal stop) {
    // Nothing to prepare.
  }

  @Override
  public InferJob.Ending run(Function<Around, InferJob> infer, StopSignal stop, Progress progress) {
    jobs.show(progress);
    return isFollowing ? together(infer, stop) : inTurn(infer, stop);
  }

  /**
   * Reads, answers and publishes one after the other. Another worker that reads or publishes later
   * finds nothing left, unless the first one died.
   */
  private InferJob.Ending inTurn(Function<Around, InferJob> infer, StopSignal stop) {
    if (!read(stop)) {
      return InferJob.Ending.STOPPED;
    }
    InferJob.Ending ending = infer.apply(new Around(InferJob.Around.NOTHING, stop)).share(worker);
    return ending == InferJob.Ending.DONE && !publish(stop) ? InferJob.Ending.STOPPED : ending;
  }

  private InferJob.Ending together(Function<Around, InferJob> infer, StopSignal stop) {
    ConcurrentJobs side = new ConcurrentJobs(stop);
    side.with(part -> infer.apply(new Around(InferJob.Around.NOTHING, part)).followShared(worker));
    if (jobs.intake().isPresent()) {
      side.with(this::read);
    }
    if (jobs.publish().isPresent()) {
      side.with(this::publish);
    }
    side.run();
    return InferJob.Ending.STOPPED;
  }

  /** Returns false if it was stopped. */
  private boolean read(StopSignal stop) {
    return jobs.intake().isEmpty()
        || alone(jobs.reading(), stop, part -> !jobs.intake().get().run(part).stopped());
  }

  /** Returns false if it was stopped. */
  private boolean publish(StopSignal stop) {
    return jobs.publish().isEmpty()
        || alone(jobs.publishing(), stop, part -> !jobs.publish().get().run(part));
  }

  private boolean alone(
      Optional<Lockable> right, StopSignal stop, Function<StopSignal, Boolean> work) {
    Optional<Claim> claimed = claims.await(List.of(right.orElseThrow()), stop);
    if (claimed.isEmpty()) {
      return false;
    }
    try (Claim claim = claimed.get()) {
      return claim.once(work);
    }
  }

  @Override
  public void report() {
    jobs.report();
  }
}
