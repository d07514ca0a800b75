package org.stfbatch.net;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Resolves and checks a {@code Location} header. As browsers do, it percent-encodes characters that
 * an address may not contain, such as spaces.
 */
public final class RedirectTarget {
  private static final String ALLOWED =
      "-._~:/?#[]@!$&'()*+,;=%" + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private RedirectTarget() {}

  /**
   * @param from address of the response
   * @param location the header's value
   * @throws IllegalArgumentException if the result is not an address
   */
  public static URI of(URI from, String location) {
    String encoded = encoded(location.strip());
    // java.net.URI resolves a reference with a query only against the folder; RFC 3986 resolves it
    // against the whole path.
    if (encoded.isEmpty() || encoded.startsWith("?") || encoded.startsWith("#")) {
      String address = from.toString();
      int fragment = address.indexOf('#');
      String whole = fragment < 0 ? address : address.substring(0, fragment);
      int query = whole.indexOf('?');
      boolean replacesQuery = encoded.startsWith("?") && query >= 0;
      return URI.create((replacesQuery ? whole.substring(0, query) : whole) + encoded);
    }
    return from.resolve(encoded);
  }

  /**
   * Returns whether a redirection from one http(s) address to another keeps the protocol or changes
   * it to https.
   */
  public static boolean isSafe(URI from, URI to) {
    return to.getHost() != null
        && ("https".equalsIgnoreCase(to.getScheme())
            || "http".equalsIgnoreCase(to.getScheme())
                && "http".equalsIgnoreCase(from.getScheme()));
  }

  private static String encoded(String location) {
    StringBuilder text = new StringBuilder();
    for (byte b : location.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      text.append(ALLOWED.indexOf(c) >= 0 ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return text.toString();
  }
}
