package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from a real server on this machine. */
class HttpFetcherTest {
  private static final byte[] PICTURE = TestImages.bytes("png-rgb.png");

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger requests = new AtomicInteger();
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.start();
  }

  @AfterEach
  void stopServer() {
    end.countDown();
    server.stop(0);
    workers.shutdownNow();
  }

  @Test
  void downloadsAnImage() throws Exception {
    serve("/a b/\u732b.png", exchange -> send(exchange, 200, PICTURE));
    assertThat(load("/a%20b/\u732b.png?x=1").width()).isEqualTo(61);
    assertThat(load("/a%20b/%E7%8C%AB.png").width()).isEqualTo(61);
  }

  @Test
  void sendsTheCredentialsOfTheAddressAndHidesThem() throws Exception {
    List<String> seen = new ArrayList<>();
    serve(
        "/private.png",
        exchange -> {
          seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
          send(exchange, 403, new byte[0]);
        });
    ImageException failure =
        failure("http://me:se%2Bcret+@127.0.0.1:" + port() + "/private.png?token=hidden");
    assertThat(seen).containsExactly("Basic bWU6c2UrY3JldCs=");
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure)
        .hasMessage(
            "http://127.0.0.1:"
                + port()
                + "/private.png?... was refused with HTTP 403: check the address and the access");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void doesNotTryAgainWhatIsNotThere(int status) {
    serve("/a.png", exchange -> send(exchange, status, "gone".getBytes()));
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_NOT_FOUND);
    assertThat(failure.isTransient()).isFalse();
    assertThat(requests).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 451, 204, 304})
  void doesNotTryAgainARefusal(int status) {
    serve("/a.png", exchange -> send(exchange, status, new byte[0]));
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isFalse();
    assertThat(requests).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429})
  void triesAgainWithGrowingPausesThenGivesUp(int status) {
    serve("/a.png", exchange -> send(exchange, status, new byte[0]));
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure).hasMessageContaining("HTTP " + status).hasMessageEndingWith("(tried 4x)");
    assertThat(requests).hasValue(4);
    assertThat(pauses)
        .containsExactly(Duration.ofMillis(150), Duration.ofMillis(300), Duration.ofMillis(600));
  }

  @Test
  void recoversFromPassingErrors() throws Exception {
    int[] statuses = {502, 408, 200};
    serve("/a.png", exchange -> send(exchange, statuses[requests.get() - 1], PICTURE));
    assertThat(load("/a.png").width()).isEqualTo(61);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void triesAgainWhenTheConnectionDrops() {
    serve("/a.png", HttpExchange::close);
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isTrue();
    assertThat(pauses).hasSize(3);
  }

  @Test
  void triesAgainWhenNobodyListens() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    ImageException failure = failure("http://127.0.0.1:" + free + "/a.png");
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isTrue();
    assertThat(pauses).hasSize(3);
  }

  @Test
  void givesUpOnAServerThatDoesNotAnswer() {
    serve("/a.png", exchange -> await());
    ImageException failure =
        failure(
            url("/a.png"), new ImageLimits(1 << 20, 1 << 20, second(), Duration.ofMillis(100), 1));
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure).hasMessageContaining("did not arrive in time");
    assertThat(requests).hasValue(2);
  }

  @Test
  void givesUpOnABodyThatNeverEnds() {
    serve(
        "/a.png",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(PICTURE, 0, 100);
          exchange.getResponseBody().flush();
          await();
        });
    ImageException failure =
        failure(
            url("/a.png"), new ImageLimits(1 << 20, 1 << 20, second(), Duration.ofMillis(100), 0));
    assertThat(failure).hasMessageContaining("did not arrive in time");
  }

  @Test
  void refusesABodyAnnouncedAsTooLong() {
    serve("/a.png", exchange -> send(exchange, 200, PICTURE));
    ImageException failure = failure(url("/a.png"), limits(PICTURE.length - 1));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_TOO_LARGE);
    assertThat(failure).hasMessageContaining("has " + PICTURE.length + " bytes, the limit is ");
    assertThat(requests).hasValue(1);
  }

  @Test
  void hangsUpWhenAnUnannouncedBodyGetsTooLong() {
    CountDownLatch hungUp = new CountDownLatch(1);
    serve(
        "/a.png",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            while (end.getCount() > 0) {
              body.write(new byte[1 << 16]);
            }
          } catch (IOException e) {
            hungUp.countDown();
          }
        });
    ImageException failure = failure(url("/a.png"), limits(300_000));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_TOO_LARGE);
    assertThat(failure).hasMessageContaining("too many bytes, the limit is 300000");
    assertThat(await(hungUp)).as("the connection was closed").isTrue();
  }

  @Test
  void followsRedirects() throws Exception {
    serve("/start/a.png", exchange -> redirect(exchange, 302, "../b.png"));
    serve("/b.png", exchange -> redirect(exchange, 308, url("/c.png")));
    serve("/c.png", exchange -> send(exchange, 200, PICTURE));
    assertThat(load("/start/a.png").width()).isEqualTo(61);
  }

  @Test
  void givesUpOnARedirectLoop() {
    serve("/a.png", exchange -> redirect(exchange, 301, "/a.png"));
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure).hasMessageContaining("redirects more than 5 times");
    assertThat(requests).hasValue(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:///etc/passwd", "ftp://127.0.0.1/a.png", "http://[bad", "http:///x"})
  void doesNotFollowARedirectElsewhere(String location) {
    serve("/a.png", exchange -> redirect(exchange, 302, location));
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isFalse();
    assertThat(requests).hasValue(1);
  }

  @Test
  void passesAnInterruptOn() {
    serve(
        "/a.png",
        exchange -> {
          send(exchange, 500, new byte[0]);
        });
    Backoff interrupted =
        new Backoff(
            3,
            pause -> {
              throw new InterruptedException("stop");
            },
            () -> 0.5);
    ImageLoader loader = new ImageLoader(limits(1 << 20), interrupted);
    assertThatThrownBy(() -> loader.load(ImageSource.parse(url("/a.png"), Path.of("."))))
        .isInstanceOf(InterruptedException.class);
    assertThat(requests).hasValue(1);
  }

  @Test
  void pausesNoLongerThanTenSeconds() {
    Backoff backoff = new Backoff(12, pauses::add, () -> 0);
    assertThatThrownBy(
            () ->
                backoff.run(
                    () -> {
                      throw ImageException.transientError(ImageErrorCode.IMAGE_FETCH, "no", null);
                    }))
        .hasMessage("no (tried 13x)");
    assertThat(pauses).hasSize(12).contains(Duration.ofMillis(200), Duration.ofSeconds(10));
    assertThat(pauses).allMatch(pause -> pause.compareTo(Duration.ofSeconds(10)) <= 0);
  }

  private void serve(String path, HttpHandler handler) {
    server.createContext(
        path,
        exchange -> {
          requests.incrementAndGet();
          handler.handle(exchange);
        });
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean hasBody = body.length > 0 && status != 204 && status != 304;
    exchange.sendResponseHeaders(status, hasBody ? body.length : -1);
    if (hasBody) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static void redirect(HttpExchange exchange, int status, String location)
      throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    send(exchange, status, new byte[0]);
  }

  private void await() {
    await(end);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  private static Duration second() {
    return Duration.ofSeconds(1);
  }

  private static ImageLimits limits(long maxBytes) {
    return new ImageLimits(maxBytes, 1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(10), 3);
  }

  private RgbImage load(String path) throws Exception {
    return loader(limits(1 << 20)).load(ImageSource.parse(url(path), Path.of(".")));
  }

  private ImageLoader loader(ImageLimits limits) {
    return new ImageLoader(limits, new Backoff(limits.retries(), pauses::add, () -> 0.5));
  }

  private ImageException failure(String url) {
    return failure(url, limits(1 << 20));
  }

  private ImageException failure(String url, ImageLimits limits) {
    return catchThrowableOfType(
        ImageException.class, () -> loader(limits).load(ImageSource.parse(url, Path.of("."))));
  }
}
