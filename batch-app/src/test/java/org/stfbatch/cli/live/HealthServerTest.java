package org.stfbatch.cli.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HealthServerTest {
  private static final int HALF_OPEN = 100;

  private final AtomicReference<List<String>> problems = new AtomicReference<>(List.of());
  private HealthServer server;
  private int port;

  @BeforeEach
  void start() {
    server =
        new HealthServer(
            new HttpAccess(
                HttpAddress.parse("127.0.0.1:0"),
                new AcceptedHosts("127.0.0.1", List.of("Runs.example.org")),
                AccessToken.none()),
            new ProcessState(() -> true, () -> "working", problems::get));
    port = server.port();
    String page = "<style>b {}</style><script>1</script>";
    server.serve("/", "text/html; charset=utf-8", ContentPolicy.of(page), () -> page);
    server.serve(
        "/broken",
        "text/plain",
        ContentPolicy.NOTHING,
        () -> {
          throw new IllegalStateException("no page");
        });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void problemsTurnItsHealthRedUntilTheyAreGone() throws IOException {
    assertThat(get("/health")).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nworking\n");
    problems.set(List.of("device 0 stands still", "device 1, too"));
    assertThat(get("/health"))
        .startsWith("HTTP/1.1 503")
        .endsWith("\r\n\r\ndevice 0 stands still\ndevice 1, too\n");
    problems.set(List.of());
    assertThat(get("/health")).startsWith("HTTP/1.1 200");
    assertThat(get("/broken")).startsWith("HTTP/1.1 503").endsWith("not now: no page\n");
    assertThat(get("/healthy")).startsWith("HTTP/1.1 404");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "localhost.",
        "127.0.0.1:8080",
        "[::1]:8080",
        "10.244.3.17:8080",
        "[fd00::12]",
        "runs.example.org:80"
      })
  void itIsAskedByItsNamesAndByAddresses(String host) throws IOException {
    assertThat(ask("GET /health HTTP/1.1\r\nHost: " + host)).startsWith("HTTP/1.1 200");
  }

  @Test
  void itIsAskedByTheNameOfItsMachine() throws IOException {
    String machine = InetAddress.getLocalHost().getHostName();
    assertThat(ask("GET /ready HTTP/1.1\r\nHost: " + machine)).startsWith("HTTP/1.1 200");
    assertThat(ask("GET /ready HTTP/1.0")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rebound.example",
        "127.0.0.1.rebound.example:8080",
        "localhost.rebound.example",
        "runs.example.org.evil",
        "[::1].evil",
        ""
      })
  void aNameThatSomebodyElseHasLeadHereIsRefused(String host) throws IOException {
    for (String path : List.of("/", "/health", "/nothing")) {
      assertThat(ask("GET " + path + " HTTP/1.1\r\nHost: " + host))
          .startsWith("HTTP/1.1 421")
          .contains("--http-host");
    }
  }

  @Test
  void aRequestWithTwoHostsIsNotAnsweredByTheFirst() throws IOException {
    assertThat(ask("GET / HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example"))
        .startsWith("HTTP/1.1 400");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"})
  void nothingButGetAndHeadIsAnswered(String method) throws IOException {
    assertThat(ask(method + " / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"))
        .startsWith("HTTP/1.1 405")
        .containsIgnoringCase("Allow: GET, HEAD");
  }

  @Test
  void headIsGetWithoutTheBody() throws IOException {
    assertThat(ask("HEAD /health HTTP/1.1\r\nHost: localhost"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("Content-Length: 8")
        .endsWith("\r\n\r\n");
  }

  @Test
  void browsersAreToldToDoNothingBesideThePageItself() throws IOException {
    assertThat(get("/"))
        .containsIgnoringCase("X-Content-Type-Options: nosniff")
        .containsIgnoringCase("X-Frame-Options: DENY")
        .containsIgnoringCase("Referrer-Policy: no-referrer")
        .containsIgnoringCase("Cache-Control: no-store")
        // printf 1 | openssl dgst -sha256 -binary | base64
        .contains("script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=';")
        .contains("style-src 'sha256-", "connect-src 'self'", "frame-ancestors 'none'");
    assertThat(get("/health")).containsIgnoringCase("Content-Security-Policy: default-src 'none'");
  }

  /** Each client occupies a thread until it is disconnected. */
  @Test
  void clientsThatDoNotFinishTheirRequestsKeepNobodyWaitingAndAreCutOff() throws IOException {
    Process process = ServeUntilInputEnds.start();
    port = Integer.parseInt(process.inputReader().readLine());
    Socket[] halfOpen = new Socket[HALF_OPEN];
    try {
      for (int i = 0; i < HALF_OPEN; i++) {
        halfOpen[i] = connect();
        String begun = i % 2 == 0 ? "GET /health HTTP/1.1\r\nHost: a" : "G";
        halfOpen[i].getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      }
      long began = System.nanoTime();
      assertThat(get("/health")).startsWith("HTTP/1.1 200");
      assertThat(get("/ready")).startsWith("HTTP/1.1 200");
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)).isLessThan(4);
      for (Socket socket : halfOpen) {
        assertThat(isClosedByServer(socket)).isTrue();
      }
    } finally {
      for (Socket socket : halfOpen) {
        if (socket != null) {
          socket.close();
        }
      }
      process.destroyForcibly();
    }
  }

  private static boolean isClosedByServer(Socket socket) {
    try {
      socket.setSoTimeout(20_000);
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      // The connection was reset instead of closed.
      return true;
    }
  }

  private void startWithToken() {
    server.close();
    server =
        new HealthServer(
            new HttpAccess(
                HttpAddress.parse("127.0.0.1:0"),
                new AcceptedHosts("127.0.0.1", List.of()),
                AccessToken.of("correct-horse")),
            new ProcessState(() -> true, () -> "working", problems::get));
    port = server.port();
  }

  @Test
  void whatTellsOfTheRunNeedsTheToken() throws IOException {
    startWithToken();
    server.serve("/", "text/plain", ContentPolicy.NOTHING, () -> "pictures");
    server.serve("/metrics", "text/plain", ContentPolicy.NOTHING, () -> "numbers");

    assertThat(get("/health")).startsWith("HTTP/1.1 200");
    assertThat(get("/ready")).startsWith("HTTP/1.1 200");
    for (String path : List.of("/", "/metrics", "/nothing", "/?token=correct-hors", "/?token=")) {
      assertThat(get(path))
          .startsWith("HTTP/1.1 401")
          .containsIgnoringCase("WWW-Authenticate: Bearer")
          .contains("--http-token")
          .doesNotContain("pictures")
          .doesNotContain("correct-horse");
    }
    String request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n";
    assertThat(ask(request + "Authorization: Bearer correct-horse")).endsWith("numbers");
    assertThat(ask(request + "Authorization: Bearer wrong-horse")).startsWith("HTTP/1.1 401");
    assertThat(ask(request + "Authorization: Basic correct-horse")).startsWith("HTTP/1.1 401");
    assertThat(ask(request + "Cookie: a=b; stf-batch-token-" + port + "=correct-horse"))
        .endsWith("numbers");
  }

  @Test
  void aBrowserShowsTheTokenOnceAndDoesNotKeepItInTheAddress() throws IOException {
    startWithToken();

    assertThat(get("/?token=correct-horse"))
        .startsWith("HTTP/1.1 303")
        .contains("Location: /\r\n")
        .contains(
            "Set-cookie: stf-batch-token-"
                + port
                + "=correct-horse; Path=/; HttpOnly; SameSite=Lax");
    assertThat(
            ask(
                "GET /?token=correct-horse HTTP/1.1\r\nHost: localhost\r\nCookie: stf-batch-token-"
                    + port
                    + "=correct-horse"))
        .as("the address with the token does not stay, though the browser is known")
        .startsWith("HTTP/1.1 303");
  }

  @Test
  void aTokenThatIsEasilyGuessedOrCannotBeSentIsRefused() {
    for (String token :
        List.of("", "short", "with space in it", "semi;colon;semi", "ümlauteümlaute")) {
      assertThatThrownBy(() -> AccessToken.of(token))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--http-token needs 8 to 200 letters");
    }
  }

  private String get(String path) throws IOException {
    return ask("GET " + path + " HTTP/1.1\r\nHost: localhost");
  }

  private String ask(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(20_000);
      String whole = request + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(whole.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void aPortAloneIsServedToThisMachineOnly() {
    assertThat(HttpAddress.parse("8080").socket().getAddress().isLoopbackAddress()).isTrue();
    assertThat(HttpAddress.parse("0.0.0.0:8080").socket().getAddress().isAnyLocalAddress())
        .isTrue();
  }
}
