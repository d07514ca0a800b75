package org.stfbatch.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks the broker again and again until it answers, it refuses, or waiting is stopped. */
final class BrokerRetry {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(200);

  private final Problems problems;
  private final BrokerOutage outage;
  private final StopLatch stop;

  BrokerRetry(Problems problems, BrokerOutage outage, StopLatch stop) {
    this.problems = problems;
    this.outage = outage;
    this.stop = stop;
  }

  /**
   * @param what for the message of a stop
   * @throws UnknownTopicOrPartitionException if the broker says so
   * @throws TopicExistsException if the broker says so
   * @throws StoppedException if stopped before there is an answer
   * @throws BrokerException if waiting does not help
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

  /** Lets a little time pass before the next attempt of something. */
  void pause(String what) {
    if (stop.await(BETWEEN_ATTEMPTS)) {
      throw new StoppedException(what);
    }
  }

  /** An attempt failed: says that work waits now and lets time pass, or gives up. */
  void waitOrFail(String what, Throwable error) {
    if (error instanceof UnknownTopicOrPartitionException unknown) {
      throw unknown;
    }
    if (error instanceof TopicExistsException exists) {
      throw exists;
    }
    if (!Problems.isPassing(error)) {
      throw problems.lasting(error);
    }
    outage.begin(problems.silence());
    pause(what);
  }

  private <T> T answer(String what, KafkaFuture<T> future) throws ExecutionException {
    while (!stop.isStopped()) {
      try {
        return future.get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Not yet: look at the signal and wait on.
        continue;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BrokerException("interrupted while waiting for " + what, e);
      }
    }
    throw new StoppedException(what);
  }
}
