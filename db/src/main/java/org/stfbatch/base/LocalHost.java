package org.stfbatch.base;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** The machine that the program runs on. */
public final class LocalHost {
  private LocalHost() {}

  /** Returns the host name; empty if it cannot be resolved. */
  public static Optional<String> name() {
    try {
      return Optional.of(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns {@code HOST:PID}, which identifies this process among those that use the same database.
   */
  public static String andProcess() {
    return name().orElse("localhost") + ":" + ProcessHandle.current().pid();
  }
}
