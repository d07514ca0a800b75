package org.stfbatch.cli.live;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.job.InputException;

/**
 * Tells others over HTTP how the process is: {@code /health} answers 200 while it lives, {@code
 * /ready} 200 while it can work and 503 otherwise.
 */
final class HealthServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int UNAVAILABLE = 503;
  private static final String PLAIN = "text/plain; charset=utf-8";

  /** A page that takes long must not keep others waiting for a sign of life. */
  private static final int THREADS = 8;

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, HealthServer::thread);

  /**
   * @param ready asked by a thread of the server's
   * @param doing one line, for people
   */
  HealthServer(HttpAddress address, BooleanSupplier ready, Supplier<String> doing) {
    try {
      server = HttpServer.create(address.socket(), 0);
    } catch (IOException | UnresolvedAddressException e) {
      threads.shutdownNow();
      throw new InputException(
          "cannot listen on %s: give another --http (%s)".formatted(address, e), e);
    }
    server.setExecutor(threads);
    server.createContext("/health", exchange -> answer(exchange, OK, PLAIN, doing.get() + "\n"));
    server.createContext(
        "/ready",
        exchange -> {
          boolean isReady = ready.getAsBoolean();
          answer(exchange, isReady ? OK : UNAVAILABLE, PLAIN, isReady ? "ready\n" : "not ready\n");
        });
    server.start();
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "http");
    thread.setDaemon(true);
    return thread;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /**
   * Serves something else, too.
   *
   * @param path exactly this
   * @param body made anew for each request, by a thread of the server's
   */
  void serve(String path, String contentType, Supplier<String> body) {
    server.createContext(
        path,
        exchange -> {
          if (exchange.getRequestURI().getPath().equals(path)) {
            answer(exchange, contentType, body);
          } else {
            answer(
                exchange,
                NOT_FOUND,
                PLAIN,
                "there are /, /report.json, /health, /ready and /metrics\n");
          }
        });
  }

  private static void answer(HttpExchange exchange, String contentType, Supplier<String> body)
      throws IOException {
    String text;
    try {
      text = body.get();
    } catch (RuntimeException e) {
      LOG.warn("{} cannot be served: {}", exchange.getRequestURI().getPath(), e.toString());
      answer(exchange, UNAVAILABLE, PLAIN, "not now: " + e.getMessage() + "\n");
      return;
    }
    answer(exchange, OK, contentType, text);
  }

  private static void answer(HttpExchange exchange, int code, String contentType, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", contentType);
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
