package org.stfbatch.job;

import io.micrometer.observation.ObservationRegistry;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * Spring Batch runtime whose job repository is in PostgreSQL. Steps use {@link #dataSource} and
 * {@link #transactionManager}, so that their data and their restart position commit in one
 * transaction.
 */
public final class BatchRuntime {
  private static final String RUN = "run";
  private static final String PASS = "pass";
  private static final String PART = "part";

  private final DataSource dataSource;
  private final PlatformTransactionManager transactionManager;
  private final JobRepository repository;
  private final JobOperator operator;
  private final ObservationRegistry observations;

  /** Creates a runtime without observation. */
  public BatchRuntime(DataSource pool) {
    this(pool, ObservationRegistry.NOOP);
  }

  /**
   * @param observations receives the observations of jobs and steps
   */
  public BatchRuntime(DataSource pool, ObservationRegistry observations) {
    this.observations = observations;
    // A chunk's transaction begins before its answers are ready. The proxy takes a connection from
    // the pool only at the first statement.
    this.dataSource = new LazyConnectionDataSourceProxy(pool);
    this.transactionManager = new JdbcTransactionManager(dataSource);
    this.repository = repository();
    this.operator = operator();
  }

  private JobRepository repository() {
    JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
    factory.setDataSource(dataSource);
    factory.setJdbcOperations(new StorableTexts(dataSource));
    factory.setTransactionManager(transactionManager);
    // SERIALIZABLE, the default, fails when jobs are launched concurrently. The run's lock already
    // prevents two launches of the same job.
    factory.setIsolationLevelForCreateEnum(Isolation.READ_COMMITTED);
    try {
      factory.afterPropertiesSet();
      return factory.getObject();
    } catch (Exception e) {
      throw new IllegalStateException("Spring Batch's job repository could not be set up", e);
    }
  }

  private JobOperator operator() {
    TaskExecutorJobOperator taskOperator = new TaskExecutorJobOperator();
    taskOperator.setJobRepository(repository);
    taskOperator.setJobRegistry(new MapJobRegistry());
    try {
      taskOperator.afterPropertiesSet();
      return taskOperator;
    } catch (Exception e) {
      throw new IllegalStateException("Spring Batch's job operator could not be set up", e);
    }
  }

  public DataSource dataSource() {
    return dataSource;
  }

  public PlatformTransactionManager transactionManager() {
    return transactionManager;
  }

  /** Returns the registry that jobs and steps report to. */
  public ObservationRegistry observations() {
    return observations;
  }

  public JobRepository jobRepository() {
    return repository;
  }

  /**
   * Runs one worker's part of a run's job on the calling thread, as a job instance of its own.
   * Other workers may run their parts of that job at the same time.
   *
   * @param part unique identifier of the part
   */
  public JobExecution runPart(Job job, String run, UUID part) {
    return start(
        job,
        new JobParametersBuilder()
            .addString(RUN, run)
            .addString(PART, part.toString())
            .toJobParameters());
  }

  /** Runs a job on the calling thread, as a job instance of its own. */
  public JobExecution runOnce(Job job, JobParameters parameters) {
    return start(job, parameters);
  }

  /**
   * Runs a run's job on the calling thread. Restarts the last job instance if it was stopped,
   * failed or killed, otherwise starts the next one. The caller holds the run's lock; therefore an
   * execution that is still marked as running belongs to a process that has ended.
   */
  public JobExecution runOrResume(Job job, String run) {
    long pass = lastPass(job.getName(), run);
    Optional<JobExecution> last = lastExecution(job.getName(), run, pass);
    last.filter(JobExecution::isRunning).ifPresent(operator::recover);
    last.map(JobExecution::getJobInstance).ifPresent(this::endOrphanedSteps);
    boolean resumable = last.map(execution -> isResumable(execution.getStatus())).orElse(true);
    return start(job, parameters(run, resumable ? pass : pass + 1));
  }

  /**
   * Returns whether the process of the last execution of a run's job was killed: the execution is
   * still marked as running. The caller holds the run's lock.
   */
  public boolean wasKilled(String job, String run) {
    return lastExecution(job, run, lastPass(job, run)).filter(JobExecution::isRunning).isPresent();
  }

  private long lastPass(String job, String run) {
    long pass = 1;
    while (repository.getJobInstance(job, parameters(run, pass + 1)) != null) {
      pass++;
    }
    return pass;
  }

  private Optional<JobExecution> lastExecution(String job, String run, long pass) {
    return Optional.ofNullable(repository.getJobInstance(job, parameters(run, pass)))
        .map(this::lastExecution);
  }

  private JobExecution lastExecution(JobInstance instance) {
    return repository.getLastJobExecution(instance);
  }

  /**
   * Marks steps that are still running, or in an unknown state, as failed. If the database was away
   * while a job ended, the end of the job may be stored but not the ends of its steps, and Spring
   * Batch would refuse a restart.
   */
  private void endOrphanedSteps(JobInstance instance) {
    for (StepExecution step : lastExecution(instance).getStepExecutions()) {
      if (step.getStatus().isRunning() || step.getStatus() == BatchStatus.UNKNOWN) {
        step.setStatus(BatchStatus.FAILED);
        step.setExitStatus(ExitStatus.FAILED);
        step.setEndTime(LocalDateTime.now());
        repository.update(step);
      }
    }
  }

  private static boolean isResumable(BatchStatus status) {
    return status == BatchStatus.FAILED || status == BatchStatus.STOPPED || status.isRunning();
  }

  private static JobParameters parameters(String run, long pass) {
    return new JobParametersBuilder().addString(RUN, run).addLong(PASS, pass).toJobParameters();
  }

  private JobExecution start(Job job, JobParameters parameters) {
    try {
      return operator.start(job, parameters);
    } catch (Exception e) {
      throw new JobFailedException(
          "job " + job.getName() + " could not be started: " + e.getMessage(), e);
    }
  }
}
