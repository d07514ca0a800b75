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
 * A job ended before its work was done; what it committed stays, and it can be run again. One line
 * for people.
 */
public final class JobFailedException extends RuntimeException {
  public JobFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Names what failed and the {@link #cause}.
   *
   * @param execution of a job that has not been completed
   */
  public static JobFailedException of(String what, JobExecution execution) {
    return of(what, cause(execution));
  }

  /**
   * Why a job has not been completed: the database's absence before all that follows from it.
   *
   * @return null if no reason was recorded
   */
  public static Throwable cause(JobExecution execution) {
    List<Throwable> failures = inOrder(execution);
    return failures.stream()
        .filter(DatabaseOutage::isBehind)
        .findFirst()
        .orElseGet(() -> failures.stream().findFirst().orElse(null));
  }

  /** Not {@code getAllFailureExceptions()}, which goes through a hash set and loses the order. */
  private static List<Throwable> inOrder(JobExecution execution) {
    return Stream.concat(
            execution.getFailureExceptions().stream(),
            execution.getStepExecutions().stream()
                .flatMap(step -> step.getFailureExceptions().stream()))
        .toList();
  }

  /**
   * Names what failed and the reason, which Spring Batch wraps several times: the innermost, or one
   * that is made for people.
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

  /** The option that helps, which the room that found the trouble does not know. */
  private static String cure(Throwable root) {
    if (root instanceof OffsetGapException) {
      return ": --skip-gap goes on at what is left";
    }
    return root instanceof TopicReplacedException
        ? ": --from earliest begins with the new one"
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
