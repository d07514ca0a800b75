package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import org.stfbatch.kafka.KafkaSettings;

/**
 * A running broker.
 *
 * @param process it
 * @param port on which it listens, or soon will
 * @param login of its only user; empty if it asks for none, as those of older versions do
 */
record RunningBroker(ProcessHandle process, int port, Optional<Login> login) {

  private static final int CONNECT_LIMIT_MS = 500;

  String address() {
    return "127.0.0.1:" + port;
  }

  KafkaSettings settings() {
    return login
        .map(known -> known.settings(address()))
        .orElseGet(() -> KafkaSettings.of(address()));
  }

  boolean takesConnections() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_LIMIT_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
