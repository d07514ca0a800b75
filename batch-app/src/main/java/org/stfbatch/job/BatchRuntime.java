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
 * Spring Batch with its state in PostgreSQL. Steps use {@link #dataSource} and {@link
 * #transactionManager}, so that what they write and how far they are commit together.
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

  /** One that nobody observes. */
  public BatchRuntime(DataSource pool) {
    this(pool, ObservationRegistry.NOOP);
  }

  /**
   * @param observations is told what jobs and steps do, and for how long
   */
  public BatchRuntime(DataSource pool, ObservationRegistry observations) {
    this.observations = observations;
    // A chunk's transaction begins before its answers are there; it takes a connection only when it
    // writes.
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
    // Serializable, the default, fails under concurrent launches; the run's lock excludes those
    // that matter.
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

  /** What jobs and steps tell their times to. */
  public ObservationRegistry observations() {
    return observations;
  }

  public JobRepository jobRepository() {
    return repository;
  }

  /**
   * Runs a worker's part of a run's job once, on the calling thread: other workers' executions of
   * that job may be running.
   *
   * @param part tells it from all other parts
   */
  public JobExecution runPart(Job job, String run, UUID part) {
    return start(
        job,
        new JobParametersBuilder()
            .addString(RUN, run)
            .addString(PART, part.toString())
            .toJobParameters());
  }

  /** Runs a job once, on the calling thread, as an instance of its own. */
  public JobExecution runOnce(Job job, JobParameters parameters) {
    return start(job, parameters);
  }

  /**
   * Runs a run's job on the calling thread: goes on with the last instance if it was stopped,
   * failed or killed, else starts the next one. The caller holds the run's lock, which is what
   * makes an execution that still says it is running a dead one.
   */
  public JobExecution runOrResume(Job job, String run) {
    long pass = lastPass(job.getName(), run);
    Optional<JobExecution> last = lastExecution(job.getName(), run, pass);
    last.filter(JobExecution::isRunning).ifPresent(operator::recover);
    last.map(JobExecution::getJobInstance).ifPresent(this::endDeadSteps);
    boolean resumable = last.map(execution -> isResumable(execution.getStatus())).orElse(true);
    return start(job, parameters(run, resumable ? pass : pass + 1));
  }

  /**
   * Whether the last execution of a run's job has no end: its process was killed. The caller holds
   * the run's lock.
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
   * When the database goes away and comes back while a job ends, its end may be stored and that of
   * its steps not; it would never be started again.
   */
  private void endDeadSteps(JobInstance instance) {
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
