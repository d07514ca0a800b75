package org.stfbatch.cli.service;

import java.lang.reflect.Proxy;

/**
 * Ctrl-C. Java tells it from SIGTERM by {@code sun.misc.Signal} alone, which compilers warn of and
 * which not every runtime needs to have: so it is looked up.
 */
public final class InterruptSignal {
  private InterruptSignal() {}

  /**
   * Ends the process as a signal ends one that does not handle it: at once, without the end of
   * native libraries, which crashes where threads are in them. Returns if that cannot be done.
   *
   * @param name such as {@code TERM}
   */
  static void endBy(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ending = signal.getConstructor(String.class).newInstance(name);
      Object standard = handler.getField("SIG_DFL").get(null);
      signal.getMethod("handle", signal, handler).invoke(null, ending, standard);
      signal.getMethod("raise", signal).invoke(null, ending);
    } catch (ReflectiveOperationException e) {
      // Whoever asked has another way.
      return;
    }
  }

  /**
   * Has this done at each Ctrl-C from now on, instead of the end of the process. Without the
   * signal's class everything stays as it is: Ctrl-C is then as good as SIGTERM.
   */
  public static void handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                action.run();
                return null;
              });
      Object interrupt = signal.getConstructor(String.class).newInstance("INT");
      signal.getMethod("handle", signal, handler).invoke(null, interrupt, handling);
    } catch (ClassNotFoundException e) {
      return;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Ctrl-C cannot be handled", e);
    }
  }
}
