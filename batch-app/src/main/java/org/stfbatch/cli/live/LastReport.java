package org.stfbatch.cli.live;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a report that is read again and again, and at the end the last one: pages that are open
 * are to show how the run ended, not how it was some seconds before. Thread safe.
 */
final class LastReport {
  private static final Logger LOG = LoggerFactory.getLogger(LastReport.class);

  /** A page that is open asks in every period; a slow one, in one of some. */
  private static final int PERIODS = 3;

  private final Supplier<String> current;
  private final Supplier<String> ended;
  private final long patienceNanos;
  private final CountDownLatch fetched = new CountDownLatch(1);
  private volatile long askedNanos;
  private volatile boolean wasAsked;
  private volatile String last;

  /**
   * @param current what is served while the process works
   * @param ended what is served at its end; asked for once
   * @param period in which open pages ask again
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
   * From now on serves the last report. Returns when a page that was open has it, or does not come
   * for it; at once if none was.
   */
  void show() {
    if (!wasAsked || System.nanoTime() - askedNanos > patienceNanos) {
      return;
    }
    try {
      last = ended.get();
      if (!fetched.await(patienceNanos, TimeUnit.NANOSECONDS)) {
        LOG.debug("no page came for the last report");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // How the run ended is stored and said elsewhere; a database that is away must not change it.
      LOG.warn("the last report cannot be read: {}", e.getMessage());
    }
  }
}
