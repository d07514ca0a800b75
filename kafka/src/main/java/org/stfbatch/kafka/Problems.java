package org.stfbatch.kafka;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;

/** Classifier of Kafka client errors, and their messages for users. */
final class Problems {

  private final KafkaSettings settings;

  Problems(KafkaSettings settings) {
    this.settings = settings;
  }

  /** Returns the error without the wrappers of futures. */
  static Throwable unwrap(Throwable error) {
    boolean wrapping = error instanceof ExecutionException || error instanceof CompletionException;
    return wrapping && error.getCause() != null ? unwrap(error.getCause()) : error;
  }

  /**
   * Returns the error without wrappers that mean only that a transaction has failed or must be
   * aborted.
   */
  static Throwable rootOf(KafkaException error) {
    boolean wrapping =
        error.getClass() == KafkaException.class || error instanceof TransactionAbortableException;
    return wrapping && error.getCause() instanceof KafkaException cause ? rootOf(cause) : error;
  }

  /** Returns whether the cluster denies the login or the operation. */
  static boolean isRefusal(Throwable error) {
    return error instanceof AuthenticationException || error instanceof AuthorizationException;
  }

  /**
   * Returns whether the same request may succeed later, because the broker was not reachable or not
   * ready.
   */
  static boolean isRetriable(Throwable error) {
    return error instanceof RetriableException;
  }

  /** Returns the message for the start of an outage. */
  String outageMessage() {
    return "the Kafka broker at "
        + settings.bootstrapServers()
        + " does not answer; waiting for it"
        + (settings.properties().containsKey("security.protocol")
            ? ""
            : " (one that asks for a password or TLS needs its client settings)");
  }

  /** Converts an error that is not retriable to an exception for the user. */
  BrokerException toBrokerException(Throwable error) {
    if (error instanceof BrokerException known) {
      return known;
    }
    String cluster = "the Kafka cluster at " + settings.bootstrapServers();
    if (error instanceof AuthenticationException) {
      return exception(
          cluster + " refuses the login; check user, password and TLS in the Kafka settings",
          error);
    }
    if (error instanceof AuthorizationException) {
      return exception(cluster + " does not allow this; have the right granted", error);
    }
    return exception(cluster + " cannot be used; check the Kafka settings", error);
  }

  private BrokerException exception(String what, Throwable error) {
    String detail = describe(error);
    String message = what + " (" + settings.withoutSecrets(detail) + ")";
    return holdsSecrets(error) ? new BrokerException(message) : new BrokerException(message, error);
  }

  /**
   * Adds the deepest cause, because the client wraps configuration errors in exceptions without
   * details.
   */
  private static String describe(Throwable error) {
    Throwable deepest = error;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String own = firstLine(error);
    return deepest == error ? own : own + ": " + firstLine(deepest);
  }

  private static String firstLine(Throwable error) {
    String name = error.getClass().getSimpleName();
    String message = error.getMessage();
    return message == null ? name : message.lines().findFirst().orElse(name);
  }

  private boolean holdsSecrets(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      String text = String.valueOf(each.getMessage());
      if (!settings.withoutSecrets(text).equals(text)) {
        return true;
      }
    }
    return false;
  }
}
