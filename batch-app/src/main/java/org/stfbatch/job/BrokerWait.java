package org.stfbatch.job;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.Threads;
import org.stfbatch.kafka.BrokerException;
import org.stfbatch.kafka.BrokerListener;

/**
 * Reports that work waits for the Kafka broker, and requests a stop when the broker is away for
 * longer than a limit. Thread safe. Several clients of one command share it; an absence is reported
 * once.
 */
public final class BrokerWait implements BrokerListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerWait.class);
  private static final long REVIVE_SECONDS = 1;

  private final Duration limit;
  private final StopSignal stop;
  private final Runnable revive;
  private final Consumer<String> notices;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(2, Threads.daemons("broker-wait"));
  private int waiting;
  private ScheduledFuture<?> giveUp;
  private ScheduledFuture<?> reviving;

  /**
   * @param limit the longest absence; with zero, nothing waits
   * @param stop is requested when the limit is exceeded
   * @param revive starts the broker if this process owns it; may throw {@link BrokerException}
   * @param notices receives one-line messages for the user
   */
  public BrokerWait(Duration limit, StopSignal stop, Runnable revive, Consumer<String> notices) {
    this.limit = limit;
    this.stop = stop;
    this.revive = revive;
    this.notices = notices;
  }

  @Override
  public synchronized void waiting(String what) {
    waiting++;
    if (waiting == 1) {
      notices.accept(what + " (for up to " + limit.toSeconds() + " s)");
      giveUp = timer.schedule(this::giveUp, limit.toMillis(), TimeUnit.MILLISECONDS);
      reviving = timer.scheduleWithFixedDelay(this::revive, 0, REVIVE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Returns whether any client waits now. */
  public synchronized boolean isWaiting() {
    return waiting > 0;
  }

  private void revive() {
    try {
      revive.run();
    } catch (BrokerException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  private void giveUp() {
    stop.request("the Kafka broker was away for more than " + limit.toSeconds() + " s");
  }

  @Override
  public synchronized void resumed(Duration after) {
    waiting--;
    if (waiting == 0) {
      giveUp.cancel(false);
      reviving.cancel(false);
      notices.accept(
          "the Kafka broker answers again after " + after.toSeconds() + " s: continuing");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>This wait has no time limit: a consumer may start before a producer creates the topic.
   */
  @Override
  public void missing(String topic) {
    notices.accept(
        "the Kafka broker answers, but has no topic %s yet: waiting until somebody creates it (kafka create --topic %s)"
            .formatted(topic, topic));
  }

  @Override
  public void appeared(String topic, Duration after) {
    notices.accept("topic %s is there after %d s".formatted(topic, after.toSeconds()));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
