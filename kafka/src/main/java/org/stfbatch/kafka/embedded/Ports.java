package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import org.stfbatch.kafka.BrokerException;

/**
 * Where the broker listens.
 *
 * @param broker for clients
 * @param controller for itself
 */
record Ports(int broker, int controller) {

  /**
   * Below the range from which the system takes ports for outgoing connections: a client that tries
   * again and again to reach a port of that range, while nobody listens there, will one day get
   * that very port itself, be connected to itself, and keep the broker from listening.
   */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;
  private static final int ATTEMPTS = 1000;

  static Ports free() {
    int broker = freePort();
    int controller = freePort();
    while (controller == broker) {
      controller = freePort();
    }
    return new Ports(broker, controller);
  }

  boolean areFree() {
    return isFree(broker) && isFree(controller);
  }

  private static int freePort() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new BrokerException("no free port on 127.0.0.1 between " + FIRST + " and " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
