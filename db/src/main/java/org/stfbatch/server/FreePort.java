package org.stfbatch.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports of 127.0.0.1 that are free now; another process may take them before they are used.
 */
public final class FreePort {

  /**
   * Below the range from which the system takes ports for outgoing connections: a client that tries
   * again and again to reach a port of that range, while nobody listens there, will one day get
   * that very port itself, be connected to itself, and keep the server from listening.
   */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;
  private static final int ATTEMPTS = 1000;

  private FreePort() {}

  /**
   * Some free port.
   *
   * @throws ServerException if there seems to be none
   */
  public static int any() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new ServerException(
        "no free port on 127.0.0.1 between "
            + FIRST
            + " and "
            + LAST
            + "; end programs that listen there");
  }

  /** Whether a server could listen there now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
