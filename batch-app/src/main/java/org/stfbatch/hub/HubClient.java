package org.stfbatch.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.net.RedirectTarget;

/**
 * HTTP client of a hub that follows redirects to the hub's storage. The token is sent to the hub
 * only, never to a redirect target. Thread safe.
 */
final class HubClient {
  private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);
  private static final int MOST_REDIRECTS = 8;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  private final HubSettings settings;
  private final HttpClient http;

  HubClient(HubSettings settings) {
    this.settings = settings;
    this.http =
        HttpClient.newBuilder()
            // HTTP/1.1 uses one connection for each file; over HTTP/2, all files would share one
            // and fail with it.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .proxy(new Proxies(settings.proxies()))
            .build();
  }

  /** Adapts the proxy settings to the JDK's client. */
  private static final class Proxies extends ProxySelector {
    private final ProxySettings proxies;

    Proxies(ProxySettings proxies) {
      this.proxies = proxies;
    }

    @Override
    public List<Proxy> select(URI uri) {
      return proxies
          .of(uri)
          .map(one -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(one.host(), one.port())))
          .map(List::of)
          .orElse(List.of(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException error) {
      LOG.debug("the proxy {} for {} does not answer", address, uri.getHost(), error);
    }
  }

  URI endpoint() {
    return settings.endpoint();
  }

  /** Returns an address below the endpoint; the parts of the path are escaped. */
  URI address(String path) {
    try {
      String escaped = new URI(null, null, "/" + path, null).toASCIIString();
      return URI.create(settings.endpoint() + escaped);
    } catch (URISyntaxException e) {
      throw HubException.permanent("\"" + path + "\" is no path: check the repository", e);
    }
  }

  /**
   * Sends a request and follows its redirects.
   *
   * @param body handles the body of a successful response; other bodies are discarded
   * @param arrived bytes received so far; progress resets the timeout
   * @param subject what error messages name
   * @throws BrokenOffException if the failure is transient
   * @throws HubException if the hub refuses the request
   */
  <T> HttpResponse<T> get(
      URI address,
      Map<String, String> headers,
      BodyHandler<T> body,
      LongSupplier arrived,
      HubFolder subject)
      throws BrokenOffException, InterruptedException {
    URI next = address;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<T> response = exchange(request(next, headers), successful(body), arrived);
      if (isSuccess(response.statusCode())) {
        return response;
      }
      if (!isRedirect(response.statusCode())) {
        throw refused(response, subject);
      }
      next = target(next, response, subject);
    }
    throw HubException.permanent(
        "%s redirects in a circle: check the endpoint".formatted(settings.endpoint()));
  }

  private HttpRequest request(URI address, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(settings.patience())
            .header("User-Agent", "stf-batch");
    headers.forEach(request::header);
    settings
        .proxies()
        .of(address)
        .flatMap(HubClient::login)
        .ifPresent(login -> request.header("Proxy-Authorization", login));
    if (isHub(address)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    return request.build();
  }

  private static Optional<String> login(ProxySettings.Proxy proxy) {
    return proxy
        .user()
        .map(user -> (user + ":" + proxy.password()).getBytes(StandardCharsets.UTF_8))
        .map(both -> "Basic " + Base64.getEncoder().encodeToString(both));
  }

  private boolean isHub(URI address) {
    URI hub = settings.endpoint();
    return hub.getScheme().equals(address.getScheme())
        && hub.getRawAuthority().equalsIgnoreCase(address.getRawAuthority());
  }

  /** Waits for the response as long as bytes arrive: a large file may take hours. */
  private <T> HttpResponse<T> exchange(
      HttpRequest request, BodyHandler<T> body, LongSupplier arrived)
      throws BrokenOffException, InterruptedException {
    String host = host(request.uri());
    CompletableFuture<HttpResponse<T>> pending = http.sendAsync(request, body);
    try {
      while (true) {
        long before = arrived.getAsLong();
        try {
          return pending.get(settings.patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          if (arrived.getAsLong() == before) {
            throw new BrokenOffException(
                host + " sent nothing for " + settings.patience().toSeconds() + " s", e);
          }
        }
      }
    } catch (ExecutionException e) {
      throw translated(host, e.getCause());
    } finally {
      pending.cancel(true);
    }
  }

  private static BrokenOffException translated(String host, Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof HubException known) {
        throw known;
      }
    }
    String why = cause.getMessage() == null ? "" : ", " + cause.getMessage();
    return new BrokenOffException(
        "%s does not answer or broke off (%s%s)"
            .formatted(host, cause.getClass().getSimpleName(), why),
        cause);
  }

  private static <T> BodyHandler<T> successful(BodyHandler<T> body) {
    return info -> isSuccess(info.statusCode()) ? body.apply(info) : HubClient.<T>thrownAway();
  }

  private static <T> BodySubscriber<T> thrownAway() {
    return BodySubscribers.replacing(null);
  }

  private static boolean isSuccess(int status) {
    return status == 200 || status == 206;
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static URI target(URI from, HttpResponse<?> response, HubFolder subject) {
    Optional<String> location = response.headers().firstValue("Location");
    try {
      URI to = location.map(given -> RedirectTarget.of(from, given)).orElse(null);
      if (to != null && RedirectTarget.isSafe(from, to)) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      throw HubException.permanent(
          "%s: the server redirects to a malformed address: check the endpoint".formatted(subject),
          e);
    }
    throw HubException.permanent(
        "%s: the server redirects to nowhere or to a less safe protocol: check the endpoint"
            .formatted(subject));
  }

  private HubException refused(HttpResponse<?> response, HubFolder subject)
      throws BrokenOffException {
    int status = response.statusCode();
    if (status == 408 || status == 425 || status == 429 || status >= 500) {
      throw new BrokenOffException(
          "%s answers with HTTP %d".formatted(host(response.uri()), status),
          notBefore(response),
          null);
    }
    return HubException.permanent(
        switch (status) {
          case 401 -> unauthorized(subject);
          case 403 ->
              "access to %s is refused (HTTP 403): ask for it at %s/%s and set HF_TOKEN to a token of that account"
                  .formatted(subject, settings.endpoint(), subject.repository());
          case 404, 410 ->
              "%s is not at %s (HTTP %d): check repository, folder and --revision"
                  .formatted(subject, settings.endpoint(), status);
          default ->
              "%s is refused by %s (HTTP %d): check the repository and the endpoint"
                  .formatted(subject, host(response.uri()), status);
        });
  }

  private String unauthorized(HubFolder subject) {
    return settings.token().isPresent()
        ? "%s may not be read with this token, or it is not there (HTTP 401): check the name, or make a new token for HF_TOKEN"
            .formatted(subject)
        : "%s is not there or not public (HTTP 401): check the name, or set HF_TOKEN to a token that may read it"
            .formatted(subject);
  }

  private static Duration notBefore(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("\\d{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(Duration.ZERO);
  }

  /** Returns the host without user information, which may hold a password. */
  private static String host(URI address) {
    return address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
  }
}
