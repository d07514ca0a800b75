package org.stfbatch.engine;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.Threads;

/**
 * Watchdog of an engine: checks periodically for devices that have work and make no progress.
 * Reports a stall once in the log, with the device thread's stack, and through {@link #problems}.
 * Runs on its own thread until closed.
 */
public final class Watchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final int LOOKS_A_LIMIT = 4;

  private final Engine engine;
  private final Duration limit;
  private final Thread thread;
  private volatile List<StalledDevice> stalled = List.of();

  private Watchdog(Engine engine, Duration limit) {
    this.engine = engine;
    this.limit = limit;
    this.thread = Threads.daemon("watchdog", this::watch);
  }

  /**
   * @param limit maximum duration of a device call
   */
  public static Watchdog start(Engine engine, Duration limit) {
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("a stall needs some time, not " + limit);
    }
    Watchdog watchdog = new Watchdog(engine, limit);
    watchdog.thread.start();
    return watchdog;
  }

  /** Returns one line for each stalled device. */
  public List<String> problems() {
    return stalled.stream().map(StalledDevice::summary).toList();
  }

  private void watch() {
    long pause = Math.min(LONGEST_PAUSE.toMillis(), limit.toMillis() / LOOKS_A_LIMIT + 1);
    try {
      while (true) {
        look();
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      // Interrupted by close().
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    List<StalledDevice> before = stalled;
    stalled = engine.stalled(limit);
    if (before.isEmpty()) {
      stalled.forEach(device -> LOG.error("{}; it is at\n{}", device.summary(), trace(device)));
    } else if (stalled.isEmpty()) {
      LOG.info("the device makes progress again");
    }
  }

  private static String trace(StalledDevice device) {
    return device.stack().stream().map(frame -> "  at " + frame).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
