package org.stfbatch.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.HostPort;
import org.stfbatch.net.ProxySettings;

/** Downloads from a local HTTP server. */
class HttpFetcherTest {
  private static final byte[] PICTURE = TestImages.bytes("png-rgb.png");

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger requests = new AtomicInteger();
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
  @ValueSource(ints = {500, 502, 503, 429, 408})
  void whatAnOverloadedServerRefusesMayComeLater(int status) {
    serve("/a.png", exchange -> send(exchange, status, new byte[0]));
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure.retryAfter()).isEmpty();
    assertThat(failure).hasMessageContaining("HTTP " + status);
    assertThat(requests).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4 | 4",
        "0 | 0",
        "Thu, 31 Dec 2026 23:59:59 GMT | 5",
        "Thursday, 31-Dec-26 23:59:59 GMT | 5",
        "Thu, 31 Dec 2026 23:59:00 GMT | 0",
        "soon |",
        "-3 |"
      })
  void tellsHowLongAServerWantsToBeLeftAlone(String retryAfter, Integer seconds) {
    BasicClassicHttpResponse response = new BasicClassicHttpResponse(503);
    response.setHeader("Retry-After", retryAfter);
    response.setHeader("Date", "Thu, 31 Dec 2026 23:59:54 GMT");
    assertThat(HttpFetcher.retryAfter(response))
        .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
  }

  @ParameterizedTest
  @CsvSource({"gzip,gzip", "x-gzip,gzip", "deflate,zlib", "deflate,raw", "'identity, GZIP',gzip"})
  void unpacksBodies(String header, String packing) throws Exception {
    serve(
        "/a.png",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", header);
          send(exchange, 200, packed(packing, PICTURE));
        });
    assertThat(load("/a.png").width()).isEqualTo(61);
  }

  @Test
  void aBombIsTooLargeBeforeItIsUnpacked() throws Exception {
    byte[] bomb = packed("gzip", packed("gzip", new byte[64 << 20]));
    serve(
        "/a.png",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip, gzip");
          send(exchange, 200, bomb);
        });
    assertThat(bomb).hasSizeLessThan(1 << 20);
    ImageException failure = failure(url("/a.png"), limits(1 << 20));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_TOO_LARGE);
  }

  @ParameterizedTest
  @CsvSource({"br,not known", "gzip,cannot unpack"})
  void namesAnEncodingThatCannotBeUndone(String header, String reason) {
    serve(
        "/a.png",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", header);
          send(exchange, 200, PICTURE);
        });
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isFalse();
    assertThat(failure).hasMessageContaining(reason);
  }

  private static byte[] packed(String packing, byte[] data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        packing.equals("gzip")
            ? new GZIPOutputStream(bytes)
            : new DeflaterOutputStream(bytes, new Deflater(9, packing.equals("raw")))) {
      out.write(data);
    }
    return bytes.toByteArray();
  }

  @Test
  void aDroppedConnectionMayBeThereLater() {
    serve("/a.png", HttpExchange::close);
    ImageException failure = failure(url("/a.png"));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure.getMessage()).doesNotContain("Exception");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nbody\r\n"
      })
  void anAnswerThatIsNoHttpIsNotBlamedOnTheNetwork(String answer) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread serving =
          new Thread(
              () -> {
                try (Socket client = socket.accept()) {
                  client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  client.shutdownOutput();
                  client.getInputStream().readAllBytes();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      serving.start();
      ImageException failure = failure("http://127.0.0.1:" + socket.getLocalPort() + "/a.png");
      assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
      assertThat(failure.isTransient()).isTrue();
      assertThat(failure).hasMessageContaining("the server's answer is no valid HTTP");
      serving.join();
    }
  }

  @Test
  void aServerThatDoesNotListenMayBeThereLater() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    ImageException failure = failure("http://127.0.0.1:" + free + "/a.png");
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_FETCH);
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure.getMessage()).doesNotContain("Exception");
  }

  @Test
  void givesUpOnAServerThatDoesNotAnswer() {
    serve("/a.png", exchange -> await());
    ImageException failure =
        failure(
            url("/a.png"), new ImageLimits(1 << 20, 1 << 20, second(), Duration.ofMillis(100), 1));
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure).hasMessageContaining("did not arrive in time");
    assertThat(requests).hasValue(1);
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
  void addressesThatAreNeverAskedAreRefusedAtEveryRedirect() {
    List<String> hosts =
        List.of(
            "169.254.169.254",
            "2852039166",
            "0xA9FEA9FE",
            "0.0.0.0",
            "[::]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::1]",
            "100.100.100.200");
    for (String host : hosts) {
      String address = "http://" + host + ":" + port() + "/a.png";
      String name = "/to-" + hosts.indexOf(host) + ".png";
      serve(name, exchange -> redirect(exchange, 302, address));
      for (String url : List.of(address, url(name))) {
        ImageException failure = failure(url);
        assertThat(failure.code()).as(url).isEqualTo(ImageErrorCode.IMAGE_ADDRESS);
        assertThat(failure.isTransient()).isFalse();
        assertThat(failure).hasMessageContaining("never asked");
      }
    }
    assertThat(requests).hasValue(hosts.size());
  }

  @Test
  void privateHostsAreRefusedToReferencesFromOutsideUnlessAllowed() throws Exception {
    serve("/a.png", exchange -> send(exchange, 200, PICTURE));
    for (String host : List.of("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433")) {
      URI uri = URI.create("http://" + host + ":" + port() + "/a.png");
      ImageException failure =
          catchThrowableOfType(
              ImageException.class,
              () -> loader(limits(1 << 20)).load(new ImageSource.Http(uri, true)));
      assertThat(failure.code()).as(host).isEqualTo(ImageErrorCode.IMAGE_ADDRESS);
      assertThat(failure).hasMessageContaining("--allow-host");
      assertThat(load(uri, allowing(host + ":" + port(), false), true).width()).isEqualTo(61);
      assertThat(load(uri, allowing("other", false), false).width()).isEqualTo(61);
    }
    assertThat(requests).hasValue(8);
  }

  @Test
  void privateHostsCanBeRefusedToEverybody() {
    URI uri = URI.create(url("/a.png"));
    ImageException failure =
        catchThrowableOfType(
            ImageException.class, () -> load(uri, allowing("127.0.0.1:1", true), false));
    assertThat(failure.code()).isEqualTo(ImageErrorCode.IMAGE_ADDRESS);
    assertThat(failure).hasMessageContaining("--deny-private-hosts");
    assertThat(requests).hasValue(0);
  }

  @Test
  void asksThroughTheProxyOfTheEnvironment() throws Exception {
    List<String> asked = Collections.synchronizedList(new ArrayList<>());
    server.createContext(
        "/",
        exchange -> {
          String login = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
          asked.add(exchange.getRequestURI() + " " + login);
          if (login == null) {
            exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"p\"");
          }
          send(exchange, login == null ? 407 : 200, PICTURE);
        });
    ProxySettings proxies =
        ProxySettings.of(
            Map.of("http_proxy", "http://me:se%2Bcret@127.0.0.1:" + port(), "no_proxy", "x.org"));
    FetchSettings settings = withProxies(proxies);

    URI uri = URI.create("http://images.example.invalid/a.png");
    assertThat(load(uri, settings, true).width()).isEqualTo(61);
    assertThat(asked)
        .last()
        .isEqualTo("http://images.example.invalid/a.png Basic bWU6c2UrY3JldA==");
    for (String host : List.of("0xA9FEA9FE", "2130706433", "localhost")) {
      URI refused = URI.create("http://" + host + "/a.png");
      ImageException failure =
          catchThrowableOfType(ImageException.class, () -> load(refused, settings, true));
      assertThat(failure.code()).as(host).isEqualTo(ImageErrorCode.IMAGE_ADDRESS);
    }
  }

  @Test
  void hangsUpOnABodyThatDribbles() throws Exception {
    serve(
        "/a.png",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            while (!end.await(20, TimeUnit.MILLISECONDS)) {
              body.write(0);
              body.flush();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    long began = System.nanoTime();
    ImageException failure =
        failure(
            url("/a.png"), new ImageLimits(1 << 20, 1 << 20, second(), Duration.ofMillis(300), 0));
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure).hasMessageContaining("did not arrive in time");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
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

  private static RgbImage load(URI uri, FetchSettings settings, boolean fromOutside)
      throws Exception {
    return new ImageLoader(limits(1 << 20), settings).load(new ImageSource.Http(uri, fromOutside));
  }

  private static FetchSettings allowing(String host, boolean denyPrivate) {
    return new FetchSettings(
        false,
        new AddressRules(List.of(HostPort.parse(host)), denyPrivate),
        ProxySettings.NONE,
        2,
        2,
        Duration.ZERO);
  }

  private static FetchSettings withProxies(ProxySettings proxies) {
    return new FetchSettings(false, AddressRules.DEFAULT, proxies, 2, 2, Duration.ZERO);
  }

  private ImageLoader loader(ImageLimits limits) {
    return new ImageLoader(limits);
  }

  private ImageException failure(String url) {
    return failure(url, limits(1 << 20));
  }

  private ImageException failure(String url, ImageLimits limits) {
    return catchThrowableOfType(
        ImageException.class, () -> loader(limits).load(ImageSource.parse(url, Path.of("."))));
  }
}
