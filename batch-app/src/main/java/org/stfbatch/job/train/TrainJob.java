package org.stfbatch.job.train;

import java.io.IOException;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.StopSignal;
import org.stfbatch.training.Training;
import org.stfbatch.training.TrainingDataException;

/**
 * Training as a Spring Batch job: computes the image features, then takes the optimizer steps. The
 * restart points are in the training's folder next to the weights they belong to, not in the
 * database, so that both are always consistent.
 */
public final class TrainJob {
  private final BatchRuntime batch;
  private final Training training;
  private final String name;
  private final TrainProgress progress;
  private final StopSignal stop;

  /**
   * @param name the training's name, unique in the database
   * @param stop saves the training and ends the job after the step under way
   */
  public TrainJob(
      BatchRuntime batch, Training training, String name, TrainProgress progress, StopSignal stop) {
    this.batch = batch;
    this.training = training;
    this.name = name;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * Trains on the calling thread until the model is written or a stop is requested.
   *
   * @return whether it was stopped
   * @throws TrainingDataException naming an image that cannot be used
   * @throws JobFailedException if it failed; it can be run again
   */
  public boolean run() {
    JobExecution execution = batch.runOrResume(job(), name);
    boolean stopped = execution.getStatus() == BatchStatus.STOPPED;
    if (!stopped && execution.getStatus() != BatchStatus.COMPLETED) {
      throw failed(execution);
    }
    return stopped;
  }

  private RuntimeException failed(JobExecution execution) {
    Throwable cause = JobFailedException.cause(execution);
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof TrainingDataException unusable) {
        return unusable;
      }
    }
    return JobFailedException.of("training " + name, cause);
  }

  private Job job() {
    return new JobBuilder("train", batch.jobRepository())
        .start(step("features", new Features()))
        .next(step("train", new Steps()))
        .build();
  }

  private Step step(String stepName, TimedTasklet.Work work) {
    return new StepBuilder(stepName, batch.jobRepository())
        .tasklet(new TimedTasklet(work, stop), batch.transactionManager())
        .allowStartIfComplete(true)
        .build();
  }

  private final class Features implements TimedTasklet.Work {
    @Override
    public boolean next() throws IOException {
      if (training.picturesDone() < training.pictures()) {
        training.computeFeatures();
        progress.features(training.picturesDone(), training.pictures());
      }
      return training.picturesDone() < training.pictures();
    }

    @Override
    public void save() {
      // The features of each image are on disk as soon as they are computed.
    }
  }

  private final class Steps implements TimedTasklet.Work {
    @Override
    public boolean next() throws IOException {
      if (!training.isDone()) {
        progress.stepped(training.step());
      }
      return !training.isDone();
    }

    @Override
    public void save() throws IOException {
      training.save();
    }
  }
}
