package org.stfbatch.job;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.batch.core.job.JobExecution;
import org.stfbatch.db.DatabaseException;
import org.stfbatch.db.DatabaseOutage;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.OffsetGapException;
import org.stfbatch.kafka.TopicReplacedException;

/**
 * Failure of a batch job before its work was done. What it has committed remains, and the job can
 * be run again. The message is one line for the user.
 */
public final class JobFailedException extends RuntimeException {
  public JobFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Creates an exception that names what failed and its {@link #cause}.
   *
   * @param execution of a job that has not completed
   */
  public static JobFailedException of(String what, JobExecution execution) {
    return of(what, cause(execution));
  }

  /**
   * Returns why a job has not completed. An outage of the database takes precedence over other
   * failures, because they may follow from it.
   *
   * @return null if no failure was recorded
   */
  public static Throwable cause(JobExecution execution) {
    List<Throwable> failures = inOrder(execution);
    return failures.stream()
        .filter(DatabaseOutage::isBehind)
        .findFirst()
        .orElseGet(() -> failures.stream().findFirst().orElse(null));
  }

  /**
   * Returns the failures in the order in which they were recorded. {@code
   * getAllFailureExceptions()} collects them in a hash set and loses the order.
   */
  private static List<Throwable> inOrder(JobExecution execution) {
    return Stream.concat(
            execution.getFailureExceptions().stream(),
            execution.getStepExecutions().stream()
                .flatMap(step -> step.getFailureExceptions().stream()))
        .toList();
  }

  /**
   * Creates an exception that names what failed and the reason. Spring Batch wraps the reason
   * several times: this uses the innermost exception, or the first one whose message is written for
   * users.
   */
  public static JobFailedException of(String what, Throwable cause) {
    Throwable root = cause;
    while (root != null && root.getCause() != null && !isForPeople(root)) {
      root = root.getCause();
    }
    return root instanceof JobFailedException known
        ? known
        : new JobFailedException(what + " failed: " + reason(root) + cure(root), cause);
  }

  private static boolean isForPeople(Throwable error) {
    return error instanceof JobFailedException
        || error instanceof BrokerException
        || error instanceof DatabaseException;
  }

  /**
   * Returns the command-line option that helps. The Kafka package, which throws the exception, does
   * not know the options.
   */
  private static String cure(Throwable root) {
    if (root instanceof OffsetGapException) {
      return ": use --skip-gap to continue with the messages that are left";
    }
    return root instanceof TopicReplacedException
        ? ": use --from earliest to read the new topic from its beginning"
        : "";
  }

  private static String reason(Throwable root) {
    if (root == null) {
      return "no reason was recorded";
    }
    if (root instanceof OutOfMemoryError) {
      return "the process is out of memory (%s): give it more with -Xmx, for example JAVA_OPTS=-Xmx4g"
          .formatted(root.getMessage());
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    return message.lines().findFirst().orElse(root.getClass().getSimpleName());
  }
}
