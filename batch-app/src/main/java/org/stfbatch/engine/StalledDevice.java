package org.stfbatch.engine;

import java.time.Duration;
import java.util.List;

/**
 * A device with work that has not finished a call for a long time.
 *
 * @param thread the name of the thread that owns it
 * @param since how long it has not finished anything
 * @param stack where that thread is
 */
public record StalledDevice(String thread, Duration since, List<StackTraceElement> stack) {
  /** One line for people. */
  public String summary() {
    return "thread %s has not finished a call to the device for %d s"
        .formatted(thread, since.toSeconds());
  }
}
