package org.stfbatch.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Retries requests until the broker answers or refuses, or the caller is stopped. */
final class BrokerRetry {

  private static final Duration STOP_CHECK_INTERVAL = Duration.ofMillis(50);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(200);

  private final Problems problems;
  private final BrokerOutage outage;
  private final StopLatch stop;

  BrokerRetry(Problems problems, BrokerOutage outage, StopLatch stop) {
    this.problems = problems;
    this.outage = outage;
    this.stop = stop;
  }

  /**
   * Sends a request until there is an answer.
   *
   * @param what the caller waits for, for the message of {@link StoppedException}
   * @throws UnknownTopicOrPartitionException if the broker answers so
   * @throws TopicExistsException if the broker answers so
   * @throws StoppedException if stopped before there is an answer
   * @throws BrokerException on an error that is not retriable
   */
  <T> T get(String what, Supplier<KafkaFuture<T>> request) {
    while (true) {
      try {
        T answer = answer(what, request.get());
        outage.end();
        return answer;
      } catch (ExecutionException e) {
        waitOrFail(what, Problems.unwrap(e));
      }
    }
  }

  /** Waits before the next attempt. */
  void pause(String what) {
    if (stop.await(RETRY_INTERVAL)) {
      throw new StoppedException(what);
    }
  }

  /**
   * Handles a failed attempt: reports the outage and waits if the error is retriable, else throws.
   */
  void waitOrFail(String what, Throwable error) {
    if (error instanceof UnknownTopicOrPartitionException unknown) {
      throw unknown;
    }
    if (error instanceof TopicExistsException exists) {
      throw exists;
    }
    if (!Problems.isRetriable(error)) {
      throw problems.toBrokerException(error);
    }
    outage.begin(problems.outageMessage());
    pause(what);
  }

  private <T> T answer(String what, KafkaFuture<T> future) throws ExecutionException {
    while (!stop.isStopped()) {
      try {
        return future.get(STOP_CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // No answer yet: check whether stopped, then continue to wait.
        continue;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BrokerException("interrupted while waiting for " + what, e);
      }
    }
    throw new StoppedException(what);
  }
}
