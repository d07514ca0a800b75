package org.stfbatch.base;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** The machine that the program runs on. */
public final class LocalHost {
  private LocalHost() {}

  /** Its name, if it has one. */
  public static Optional<String> name() {
    try {
      return Optional.of(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** This process on it, {@code HOST:PID}: a short name among others that reach one database. */
  public static String andProcess() {
    return name().orElse("localhost") + ":" + ProcessHandle.current().pid();
  }
}
