package org.stfbatch.net;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Proxies from the environment, with curl's rules: {@code http_proxy}, {@code https_proxy}, {@code
 * all_proxy}, and {@code no_proxy} for hosts that are reached directly. Each may also be in upper
 * case; lower case takes precedence. {@code HTTP_PROXY} is ignored where {@code REQUEST_METHOD} is
 * set, because in a CGI program the client could set it with a header (httpoxy).
 */
public final class ProxySettings {
  /** No proxies. */
  public static final ProxySettings NONE =
      new ProxySettings(Optional.empty(), Optional.empty(), "");

  /** The default of curl. */
  private static final int DEFAULT_PORT = 1080;

  private final Optional<Proxy> http;
  private final Optional<Proxy> https;
  private final List<String> direct;

  private ProxySettings(Optional<Proxy> http, Optional<Proxy> https, String noProxy) {
    this.http = http;
    this.https = https;
    this.direct =
        Stream.of(noProxy.split("[,\\s]+"))
            .filter(entry -> !entry.isBlank())
            .map(entry -> entry.toLowerCase(Locale.ROOT))
            .toList();
  }

  /**
   * An HTTP proxy.
   *
   * @param host its name or address
   * @param port its port
   * @param user empty without authentication
   * @param password for the user
   */
  public record Proxy(String host, int port, Optional<String> user, String password) {
    /** Returns the proxy without its password. */
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * @param environment see {@link System#getenv()}
   * @throws IllegalArgumentException naming the variable that holds no usable proxy, without its
   *     value
   */
  public static ProxySettings of(Map<String, String> environment) {
    boolean cgi = environment.containsKey("REQUEST_METHOD");
    Optional<Proxy> all = proxy(environment, "all_proxy", "ALL_PROXY");
    Optional<Proxy> http =
        cgi ? proxy(environment, "http_proxy") : proxy(environment, "http_proxy", "HTTP_PROXY");
    return new ProxySettings(
        http.or(() -> all),
        proxy(environment, "https_proxy", "HTTPS_PROXY").or(() -> all),
        value(environment, "no_proxy", "NO_PROXY").map(Map.Entry::getValue).orElse(""));
  }

  private static Optional<Map.Entry<String, String>> value(
      Map<String, String> environment, String... names) {
    return Stream.of(names)
        .filter(name -> environment.containsKey(name))
        .map(name -> Map.entry(name, environment.get(name).strip()))
        .findFirst();
  }

  private static Optional<Proxy> proxy(Map<String, String> environment, String... names) {
    return value(environment, names)
        .filter(entry -> !entry.getValue().isEmpty())
        .map(entry -> proxy(entry.getKey(), entry.getValue()));
  }

  private static Proxy proxy(String variable, String text) {
    try {
      URI uri = new URI(text.contains("://") ? text : "http://" + text);
      if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
        throw unusable(variable, null);
      }
      Optional<String> login = Optional.ofNullable(uri.getRawUserInfo());
      return new Proxy(
          uri.getHost().replaceAll("[\\[\\]]", ""),
          uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
          login.map(both -> decoded(both.split(":", 2)[0])),
          login
              .filter(both -> both.contains(":"))
              .map(both -> decoded(both.split(":", 2)[1]))
              .orElse(""));
    } catch (URISyntaxException e) {
      throw unusable(variable, e);
    }
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException unusable(String variable, URISyntaxException cause) {
    return new IllegalArgumentException(
        "the environment's "
            + variable
            + " is no HTTP proxy: write http://HOST:PORT (with USER:PASSWORD@ before the host if it"
            + " asks for them), or unset it",
        cause == null ? null : new IllegalArgumentException(cause.getReason()));
  }

  /** Returns the proxy for an address; empty if it is reached directly. */
  public Optional<Proxy> of(URI uri) {
    Optional<Proxy> proxy = "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
    if (proxy.isEmpty() || uri.getHost() == null || isDirect(uri)) {
      return Optional.empty();
    }
    return proxy;
  }

  private boolean isDirect(URI uri) {
    String host = HostPort.normal(uri.getHost());
    int port =
        uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    return direct.stream().anyMatch(entry -> matches(entry, host, port));
  }

  /**
   * Matches a no_proxy entry as curl does: a name also covers its subdomains, with or without a
   * leading dot or star.
   */
  private static boolean matches(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    Optional<Network> network = Network.parse(entry.replaceAll("[\\[\\]]", ""));
    if (network.isPresent()) {
      return literal(host).filter(network.get()::contains).isPresent();
    }
    String name = entry.replaceFirst("^\\*?\\.", "");
    int colon = name.lastIndexOf(':');
    if (colon >= 0) {
      if (!name.substring(colon + 1).equals(Integer.toString(port))) {
        return false;
      }
      name = name.substring(0, colon);
    }
    name = HostPort.normal(name);
    return host.equals(name) || host.endsWith("." + name);
  }

  private static Optional<InetAddress> literal(String host) {
    return Network.parse(host).isPresent() ? Optional.of(byName(host)) : Optional.empty();
  }

  private static InetAddress byName(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(literal + " was an address before", e);
    }
  }
}
