package org.stfbatch.engine;

import java.time.Duration;
import java.util.List;

/**
 * A device that has work and has not finished a call for a long time.
 *
 * @param thread name of the device thread
 * @param since time since its last progress
 * @param stack current stack of that thread
 */
public record StalledDevice(String thread, Duration since, List<StackTraceElement> stack) {
  /** Returns one line for people. */
  public String summary() {
    return "thread %s has not finished a call to the device for %d s"
        .formatted(thread, since.toSeconds());
  }
}
