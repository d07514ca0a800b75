package org.stfbatch.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.stfbatch.job.InputException;

/**
 * Tells others over HTTP how the process is: {@code /health} answers 200 while it lives, {@code
 * /ready} 200 while it can work and 503 otherwise. Listens on all addresses.
 */
final class HealthServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final HttpServer server;

  /**
   * @param port 0 for any free one
   * @param ready asked by a thread of the server's
   * @param doing one line, for people
   */
  HealthServer(int port, BooleanSupplier ready, Supplier<String> doing) {
    try {
      server = HttpServer.create(new InetSocketAddress(port), 0);
    } catch (IOException e) {
      throw new InputException(
          "cannot listen on port %d: give another --health-port (%s)"
              .formatted(port, e.getMessage()),
          e);
    }
    server.createContext("/health", exchange -> answer(exchange, OK, doing.get()));
    server.createContext(
        "/ready",
        exchange -> {
          boolean isReady = ready.getAsBoolean();
          answer(exchange, isReady ? OK : UNAVAILABLE, isReady ? "ready" : "not ready");
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, int code, String line) throws IOException {
    byte[] body = (line + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
