package org.stfbatch.cli.live;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a report that open pages poll, and at the end waits until they have fetched the final one,
 * so that they show how the run ended. Thread safe.
 */
final class LastReport {
  private static final Logger LOG = LoggerFactory.getLogger(LastReport.class);

  /** An open page polls once a period; a slow one, once in this many periods. */
  private static final int PERIODS = 3;

  private final Supplier<String> current;
  private final Supplier<String> ended;
  private final long patienceNanos;
  private final CountDownLatch fetched = new CountDownLatch(1);
  private volatile long askedNanos;
  private volatile boolean wasAsked;
  private volatile String last;

  /**
   * @param current report while the process works
   * @param ended final report; called once
   * @param period polling period of open pages
   */
  LastReport(Supplier<String> current, Supplier<String> ended, Duration period) {
    this.current = current;
    this.ended = ended;
    this.patienceNanos = PERIODS * period.toNanos();
  }

  String serve() {
    askedNanos = System.nanoTime();
    wasAsked = true;
    String text = last;
    if (text == null) {
      return current.get();
    }
    fetched.countDown();
    return text;
  }

  /**
   * Switches to the final report and waits until an open page has fetched it or stopped polling;
   * returns at once if no page is open.
   */
  void show() {
    if (!wasAsked || System.nanoTime() - askedNanos > patienceNanos) {
      return;
    }
    try {
      last = ended.get();
      if (!fetched.await(patienceNanos, TimeUnit.NANOSECONDS)) {
        LOG.debug("no page fetched the last report");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The result is stored and reported elsewhere; an unavailable database must not change the
      // exit code.
      LOG.warn("the last report cannot be read: {}", e.getMessage());
    }
  }
}
