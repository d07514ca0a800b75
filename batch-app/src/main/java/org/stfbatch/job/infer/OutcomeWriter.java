package org.stfbatch.job.infer;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.stfbatch.db.AnswerTimings;
import org.stfbatch.db.ChunkMetric;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.OutcomeStore.Written;
import org.stfbatch.db.ReusableAnswer;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.db.StoredAnswer;
import org.stfbatch.db.StoredFailure;
import org.stfbatch.db.TokenCounts;
import org.stfbatch.engine.Answer;
import org.stfbatch.engine.Failure;
import org.stfbatch.job.Progress;

/** Item writer of a chunk's answers, failures and metrics, in the chunk's transaction. */
final class OutcomeWriter implements ItemWriter<FinishedJob>, StepExecutionListener {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeWriter.class);

  private final Provenance provenance;
  private final OutcomeStores stores;
  private final AttemptId attempt;
  private final ChunkCost cost;
  private final Progress progress;
  private final Clock clock;
  private long stepExecutionId;
  private Instant chunkStarted;
  private String lastImageKey = "";

  /**
   * @param attempt the attempt that the chunks belong to
   * @param cost measures what a chunk costs
   * @param progress counts the stored outcomes
   */
  OutcomeWriter(
      Provenance provenance,
      OutcomeStores stores,
      AttemptId attempt,
      ChunkCost cost,
      Progress progress,
      Clock clock) {
    this.provenance = provenance;
    this.stores = stores;
    this.attempt = attempt;
    this.cost = cost;
    this.progress = progress;
    this.clock = clock;
  }

  @Override
  public void beforeStep(StepExecution stepExecution) {
    stepExecutionId = attempt.of(stepExecution.getId());
    chunkStarted = clock.instant();
    cost.begin();
    progress.begun();
  }

  @Override
  public void write(Chunk<? extends FinishedJob> chunk) {
    if (chunk.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    List<StoredAnswer> answers = new ArrayList<>();
    List<StoredFailure> failures = new ArrayList<>();
    for (FinishedJob finished : chunk) {
      long jobId = finished.job().jobId();
      if (finished.result() instanceof JobResult.Reused reused) {
        answers.add(stored(jobId, reused.answer(), now));
      } else if (finished.result() instanceof JobResult.Computed computed) {
        if (computed.outcome() instanceof Answer answer) {
          answers.add(stored(jobId, answer, computed.key(), now));
        } else if (computed.outcome() instanceof Failure failure) {
          failures.add(stored(jobId, failure, now));
          LOG.debug(
              "job {} failed: {}: {}",
              finished.job().customId(),
              failure.code(),
              failure.message());
        }
      }
    }
    List<? extends FinishedJob> jobs = List.copyOf(chunk.getItems());
    storeLast(() -> store(jobs, answers, failures, now));
  }

  /**
   * Stores the outcomes of a worker immediately before the commit: other workers wait for the run's
   * counter until then.
   */
  private void storeLast(Runnable storing) {
    if (provenance.worker().isEmpty()) {
      storing.run();
      return;
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void beforeCommit(boolean readOnly) {
            storing.run();
          }
        });
  }

  private void store(
      List<? extends FinishedJob> jobs,
      List<StoredAnswer> answers,
      List<StoredFailure> failures,
      Instant now) {
    long began = System.nanoTime();
    Written written = stores.outcomes().write(provenance.runId(), answers, failures);
    cost.stored(began);
    stores.metrics().insert(metric(jobs, answers, written, now));
    chunkStarted = now;
    LOG.debug("{} answers and {} failures are stored", written.answers(), written.failures());
    progress.advanced(
        new Progress.Step(written.answers() + written.failures(), written.failures()));
  }

  /** Returns a reused answer. It took no time of the device. */
  private StoredAnswer stored(long jobId, ReusableAnswer reused, Instant now) {
    return new StoredAnswer(
        jobId,
        reused.text(),
        reused.finishReason(),
        reused.tokens(),
        new AnswerTimings(0, 0, 0),
        provenance.model().name(),
        provenance.model().identity(),
        now,
        reused.logProbabilities(),
        Optional.empty(),
        Optional.of(reused.source()));
  }

  private StoredAnswer stored(long jobId, Answer answer, Optional<ReuseKey> key, Instant now) {
    return new StoredAnswer(
        jobId,
        answer.text(),
        answer.finishReason().stored(),
        new TokenCounts(answer.promptTokens(), answer.visionTokens(), answer.generatedTokens()),
        new AnswerTimings(
            answer.timings().queue(), answer.timings().prefill(), answer.timings().decode()),
        provenance.model().name(),
        provenance.model().identity(),
        now,
        answer.logProbabilities(),
        key,
        Optional.empty());
  }

  private static StoredFailure stored(long jobId, Failure failure, Instant now) {
    JobFailure reason =
        new JobFailure(
            failure.stage().stored(), failure.code(), failure.message(), failure.attempts());
    return new StoredFailure(jobId, reason, now);
  }

  private ChunkMetric metric(
      List<? extends FinishedJob> jobs, List<StoredAnswer> answers, Written written, Instant now) {
    TokenCounts tokens =
        answers.stream()
            .filter(answer -> answer.source().isEmpty())
            .map(StoredAnswer::tokens)
            .reduce(TokenCounts.NONE, TokenCounts::plus);
    double waited = jobs.stream().mapToDouble(FinishedJob::waitSeconds).sum();
    ChunkCost.Cost spent = cost.next(waited);
    return new ChunkMetric(
        provenance.runId(),
        stepExecutionId,
        chunkStarted,
        now,
        counts(jobs, written),
        tokens,
        spent.seconds(),
        spent.work(),
        place(),
        provenance.worker());
  }

  private ChunkMetric.Place place() {
    ModelName model = provenance.model();
    ModelName.Place place = model.place();
    return new ChunkMetric.Place(place.device(), place.dtype(), place.batch(), model.identity());
  }

  /** Counts the outcomes of this chunk. Jobs that another worker had already stored count there. */
  private ChunkMetric.Counts counts(List<? extends FinishedJob> all, Written written) {
    List<? extends FinishedJob> jobs =
        all.stream().filter(one -> one.result() instanceof JobResult.Computed).toList();
    int reused = Math.min(all.size() - jobs.size(), written.answers());
    int stored = written.answers() + written.failures() - reused;
    int images =
        Math.toIntExact(
            jobs.stream().filter(one -> one.job().prompt().image().isPresent()).count());
    return new ChunkMetric.Counts(
        stored,
        written.answers() - reused,
        written.failures(),
        Math.min(images, stored),
        Math.min(newImages(jobs), stored),
        reused);
  }

  /**
   * Counts the images that begin in this chunk. Jobs come ordered by image: an image is new if it
   * differs from that of the previous job, which may be in the previous chunk.
   */
  private int newImages(List<? extends FinishedJob> jobs) {
    int images = 0;
    for (FinishedJob finished : jobs) {
      String key = finished.job().imageKey();
      if (!key.isEmpty() && !key.equals(lastImageKey)) {
        images++;
      }
      lastImageKey = key;
    }
    return images;
  }
}
