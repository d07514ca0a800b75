package org.stfbatch.net;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host, with one port or all ports.
 *
 * @param host a name or a literal address, in lower case and without brackets
 * @param port empty for every port
 */
public record HostPort(String host, OptionalInt port) {
  private static final Pattern BRACKETS = Pattern.compile("\\[([0-9a-fA-F:.]+)](?::(\\d{1,5}))?");
  private static final Pattern PLAIN = Pattern.compile("([^\\s:/@\\[\\]]+)(?::(\\d{1,5}))?");
  private static final Pattern BARE_IPV6 =
      Pattern.compile("([0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.:]*)()");

  /**
   * Reads {@code HOST}, {@code HOST:PORT}, {@code [IPV6]} or {@code [IPV6]:PORT}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static HostPort parse(String text) {
    for (Pattern form : new Pattern[] {BRACKETS, PLAIN, BARE_IPV6}) {
      Matcher matcher = form.matcher(text.strip());
      if (matcher.matches()) {
        return new HostPort(normal(matcher.group(1)), port(text, matcher.group(2)));
      }
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is no host such as images.example.org, 10.0.0.7:8080 or [fd00::7]");
  }

  private static OptionalInt port(String text, String digits) {
    if (digits == null || digits.isEmpty()) {
      return OptionalInt.empty();
    }
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("\"" + text + "\" has no port in 1..65535");
    }
    return OptionalInt.of(port);
  }

  /**
   * Normalizes a host for comparison: lower case, without brackets and without the trailing dot of
   * the root.
   */
  static String normal(String host) {
    String lower = host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  boolean matches(String otherHost, int otherPort) {
    return host.equals(normal(otherHost)) && (port.isEmpty() || port.getAsInt() == otherPort);
  }
}
