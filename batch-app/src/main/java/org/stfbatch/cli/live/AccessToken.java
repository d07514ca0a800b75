package org.stfbatch.cli.live;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Access token for a run's pictures, prompts and numbers: in an {@code Authorization: Bearer}
 * header, or in a cookie, which a browser gets when it opens {@code /?token=...} once. Immutable
 * and thread safe.
 */
final class AccessToken {
  /** The characters of RFC 6750 that need no escaping in a URL. */
  private static final Pattern USABLE = Pattern.compile("[A-Za-z0-9._~-]{8,200}");

  private static final String BEARER = "Bearer ";
  private static final String PARAMETER = "token=";

  private final Optional<byte[]> expected;

  private AccessToken(Optional<byte[]> expected) {
    this.expected = expected;
  }

  /**
   * Returns the cookie's name, which contains the port because browsers send a cookie to all ports
   * of a host.
   */
  private static String cookieName(int port) {
    return "stf-batch-token-" + port + "=";
  }

  /** Returns a token that every request passes. */
  static AccessToken none() {
    return new AccessToken(Optional.empty());
  }

  /**
   * @throws IllegalArgumentException if it is too short or cannot be sent
   */
  static AccessToken of(String text) {
    if (!USABLE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "--http-token needs 8 to 200 letters, digits or any of . _ ~ -, such as openssl rand -hex"
              + " 16 makes");
    }
    return new AccessToken(Optional.of(bytes(text)));
  }

  boolean isNeeded() {
    return expected.isPresent();
  }

  /**
   * Returns whether a request carries the token.
   *
   * @param port port of the request
   */
  boolean isShownIn(Headers request, int port) {
    String cookie = cookieName(port);
    return expected.isEmpty()
        || values(request, "Authorization")
            .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
            .anyMatch(value -> isExpected(value.substring(BEARER.length()).strip()))
        || values(request, "Cookie")
            .flatMap(value -> Stream.of(value.split(";")))
            .map(String::strip)
            .filter(pair -> pair.startsWith(cookie))
            .anyMatch(pair -> isExpected(pair.substring(cookie.length())));
  }

  /**
   * Returns the cookie for a browser that sends the token in the address. It is also sent with
   * links from other sites (SameSite=Lax), which is safe because no request changes anything.
   *
   * @param query query of the address; null if it has none
   * @param port port of the request
   */
  Optional<String> cookie(String query, int port) {
    return Stream.of(query == null ? "" : query)
        .flatMap(all -> Stream.of(all.split("&")))
        .filter(part -> part.startsWith(PARAMETER))
        .map(part -> part.substring(PARAMETER.length()))
        .filter(this::isExpected)
        .map(token -> cookieName(port) + token + "; Path=/; HttpOnly; SameSite=Lax")
        .findFirst();
  }

  /** Compares in constant time, against timing attacks. */
  private boolean isExpected(String shown) {
    return expected.isPresent() && MessageDigest.isEqual(expected.get(), bytes(shown));
  }

  private static Stream<String> values(Headers request, String name) {
    return request.getOrDefault(name, List.of()).stream();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
