package org.stfbatch.cli.service;

import java.lang.reflect.Proxy;

/**
 * Ctrl-C. Java tells it from SIGTERM by {@code sun.misc.Signal} alone, which compilers warn of and
 * which not every runtime needs to have: so it is looked up.
 */
public final class InterruptSignal {
  private static final String HANDLER = "sun.misc.SignalHandler";

  private InterruptSignal() {}

  /** Sets a signal's handler, and returns the signal. */
  private static Object handle(String name, Object handler) throws ReflectiveOperationException {
    Class<?> type = Class.forName("sun.misc.Signal");
    Object signal = type.getConstructor(String.class).newInstance(name);
    type.getMethod("handle", type, Class.forName(HANDLER)).invoke(null, signal, handler);
    return signal;
  }

  /**
   * Ends the process as a signal ends one that does not handle it: at once, without the end of
   * native libraries, which crashes where threads are in them. Returns if that cannot be done.
   *
   * @param name such as {@code TERM}
   */
  static void endBy(String name) {
    try {
      Object byDefault = Class.forName(HANDLER).getField("SIG_DFL").get(null);
      Object signal = handle(name, byDefault);
      signal.getClass().getMethod("raise", signal.getClass()).invoke(null, signal);
    } catch (ReflectiveOperationException e) {
      // The caller falls back to the JVM's own exit.
      return;
    }
  }

  /**
   * Has this done at each Ctrl-C from now on, instead of the end of the process. Without the
   * signal's class everything stays as it is: Ctrl-C is then as good as SIGTERM.
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
