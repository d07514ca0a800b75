package org.stfbatch.cli.service;

import java.lang.reflect.Proxy;

/**
 * Handler for Ctrl-C (SIGINT). Only {@code sun.misc.Signal} distinguishes it from SIGTERM;
 * compilers warn of that class and not every runtime has it, so it is accessed by reflection.
 */
public final class InterruptSignal {
  private static final String HANDLER = "sun.misc.SignalHandler";

  private InterruptSignal() {}

  /** Sets a signal's handler and returns the signal. */
  private static Object handle(String name, Object handler) throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Signal");
    Object signal = type.getConstructor(String.class).newInstance(name);
    type.getMethod("handle", type, Class.forName(HANDLER)).invoke(null, signal, handler);
    return signal;
  }

  /**
   * Ends the process as an unhandled signal does: immediately, without the exit handlers of native
   * libraries, which crash while threads are inside the library. Returns if that is not possible.
   *
   * @param name such as {@code TERM}
   */
  static void endBy(String name) {
    try {
      Object byDefault = Class.forName(HANDLER).getField("SIG_DFL").get(null);
      Object signal = handle(name, byDefault);
      signal.getClass().getMethod("raise", signal.getClass()).invoke(null, signal);
    } catch (ReflectiveOperationException e) {
      // The caller falls back to the JVM's exit.
      return;
    }
  }

  /**
   * Runs an action at each Ctrl-C instead of ending the process. Without the signal class, nothing
   * changes: Ctrl-C then acts as SIGTERM.
   */
  public static void handle(Runnable action) {
    try {
      Class<?> handler = Class.forName(HANDLER);
      Object handling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      handle("INT", handling);
    } catch (ClassNotFoundException e) {
      return;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Ctrl-C cannot be handled", e);
    }
  }
}
