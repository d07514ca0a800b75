package org.stfbatch.cli.live;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.job.InputException;

/**
 * HTTP server for health checks: {@code /health} answers 200 while the process is healthy and 503
 * with the reasons otherwise; {@code /ready} answers 200 while it can work and 503 otherwise. Other
 * paths need the access token. Only GET and HEAD are answered, and only for accepted hosts.
 *
 * <p>Slow clients are disconnected after a timeout; until then each occupies one of many threads
 * and does not delay others.
 */
final class HealthServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
  private static final int OK = 200;
  private static final int SEE_OTHER = 303;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int MISDIRECTED = 421;
  private static final int UNAVAILABLE = 503;
  private static final int NO_BODY = -1;
  private static final String HEALTH = "/health";
  private static final String READY = "/ready";

  /** Paths that answer 503 until their content exists. */
  private static final List<String> SERVED_SOON = List.of("/", "/report.json", "/metrics");

  private static final String PLAIN = "text/plain; charset=utf-8";

  /** Idle threads are cheap and end when they are not needed. */
  private static final int THREADS = 256;

  private static final long STACK_BYTES = 512 << 10;
  private static final long IDLE_SECONDS = 10;
  private static final long LAST_ANSWERS_SECONDS = 2;

  /**
   * Read by the JDK's server when the first one is created; see the documentation of the module
   * jdk.httpserver.
   */
  private static final Map<String, String> LIMITS =
      Map.of(
          "sun.net.httpserver.maxReqTime", "5",
          "sun.net.httpserver.maxRspTime", "30",
          "sun.net.httpserver.idleInterval", "30",
          "jdk.httpserver.maxConnections", "1000");

  private final HttpServer server;
  private final AcceptedHosts hosts;
  private final AccessToken token;
  private final Semaphore answering = new Semaphore(THREADS);
  private final Map<String, Route> routes = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          HealthServer::thread);

  private static final Answer UNKNOWN =
      Answer.plain(
          UNAUTHORIZED,
          Map.of("WWW-Authenticate", "Bearer"),
          "this needs the token of --http-token: open /?token=TOKEN in a browser, or send the header"
              + " Authorization: Bearer TOKEN");

  /** Creates the response of a path for each request, on a server thread. */
  @FunctionalInterface
  interface Route {
    Answer answer();
  }

  /**
   * A response.
   *
   * @param policy Content-Security-Policy, see {@link ContentPolicy}
   * @param headers further headers
   */
  record Answer(
      int code, String contentType, String policy, Map<String, String> headers, String text) {
    private static Answer plain(int code, String text) {
      return plain(code, Map.of(), text);
    }

    private static Answer plain(int code, Map<String, String> headers, String text) {
      return new Answer(code, PLAIN, ContentPolicy.NOTHING, headers, text + "\n");
    }
  }

  /**
   * Starts to listen.
   *
   * @throws InputException if the address cannot be used
   */
  HealthServer(HttpAccess access, ProcessState state) {
    this.hosts = access.hosts();
    this.token = access.token();
    LIMITS.forEach(HealthServer::setUnlessSet);
    threads.allowCoreThreadTimeOut(true);
    try {
      server = HttpServer.create(access.address().socket(), 0);
    } catch (IOException | UnresolvedAddressException e) {
      threads.shutdownNow();
      throw new InputException(
          "cannot listen on %s: give another --http (%s)".formatted(access.address(), e), e);
    }
    for (String path : SERVED_SOON) {
      routes.put(path, () -> Answer.plain(UNAVAILABLE, "not there yet: ask again in a moment"));
    }
    routes.put(HEALTH, () -> health(state.problems().get(), state.doing()));
    routes.put(READY, () -> ready(state.ready().getAsBoolean()));
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static void setUnlessSet(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(null, task, "http", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /**
   * Adds a path.
   *
   * @param path matched exactly
   * @param policy Content-Security-Policy, see {@link ContentPolicy}
   * @param body creates the body for each request, on a server thread
   */
  void serve(String path, String contentType, String policy, Supplier<String> body) {
    routes.put(path, () -> new Answer(OK, contentType, policy, Map.of(), body.get()));
  }

  private static Answer health(List<String> problems, Supplier<String> doing) {
    return problems.isEmpty()
        ? Answer.plain(OK, doing.get())
        : Answer.plain(UNAVAILABLE, String.join("\n", problems));
  }

  private static Answer ready(boolean isReady) {
    return isReady ? Answer.plain(OK, "ready") : Answer.plain(UNAVAILABLE, "not ready");
  }

  private void handle(HttpExchange exchange) throws IOException {
    answering.acquireUninterruptibly();
    try (exchange) {
      send(exchange, answer(exchange));
    } finally {
      answering.release();
    }
  }

  private Answer answer(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    List<String> named = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    if (named.size() > 1) {
      return Answer.plain(BAD_REQUEST, "a request names one host");
    }
    if (!hosts.accepts(named.isEmpty() ? null : named.get(0))) {
      return Answer.plain(
          MISDIRECTED,
          "this is no host of that name: ask by the address, or name it with --http-host");
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Answer.plain(
          NOT_ALLOWED, Map.of("Allow", "GET, HEAD"), "only GET and HEAD are answered");
    }
    URI asked = exchange.getRequestURI();
    Optional<String> cookie = token.cookie(asked.getRawQuery(), port());
    if (cookie.isPresent()) {
      return letIn(cookie.get());
    }
    if (!isForAll(asked) && !token.isShownIn(exchange.getRequestHeaders(), port())) {
      return UNKNOWN;
    }
    Route route = routes.get(asked.getPath());
    if (route == null) {
      return Answer.plain(NOT_FOUND, "there are /, /report.json, /health, /ready and /metrics");
    }
    try {
      return route.answer();
    } catch (RuntimeException e) {
      LOG.warn("{} cannot be served: {}", asked.getPath(), e.toString());
      return Answer.plain(UNAVAILABLE, "not now: " + e.getMessage());
    }
  }

  /** Returns whether a path needs no token: probes send none and get no content. */
  private static boolean isForAll(URI asked) {
    return asked.getPath().equals(HEALTH) || asked.getPath().equals(READY);
  }

  /**
   * Sets the cookie and redirects, so that the address with the token does not stay in the
   * browser's history.
   */
  private static Answer letIn(String cookie) {
    return Answer.plain(SEE_OTHER, Map.of("Set-Cookie", cookie, "Location", "/"), "");
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.contentType());
    headers.set("Content-Security-Policy", answer.policy());
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
    answer.headers().forEach(headers::set);
    if (isHead) {
      headers.set("Content-Length", Integer.toString(body.length));
    }
    if (exchange.getRequestHeaders().containsKey("Content-Length")
        || exchange.getRequestHeaders().containsKey("Transfer-Encoding")) {
      // The body of the rejected request is not read.
      headers.set("Connection", "close");
    }
    exchange.sendResponseHeaders(answer.code(), isHead ? NO_BODY : body.length);
    if (!isHead) {
      exchange.getResponseBody().write(body);
    }
  }

  /** Stops the server after responses in progress, unless their clients are slow. */
  @Override
  public void close() {
    try {
      if (!answering.tryAcquire(THREADS, LAST_ANSWERS_SECONDS, TimeUnit.SECONDS)) {
        LOG.debug("an answer is cut off");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
