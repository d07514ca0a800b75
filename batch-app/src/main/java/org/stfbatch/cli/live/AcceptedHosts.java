package org.stfbatch.cli.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Accepted values of the Host header, against DNS rebinding: the name of a web page's site can be
 * made to resolve to this server, whose answers the page could then read. Names must therefore be
 * listed. Literal addresses cannot be rebound, and probes of Kubernetes and Prometheus use them:
 * they are all accepted.
 */
final class AcceptedHosts {
  /** Read from the kernel: Java's InetAddress would also ask the network. */
  private static final Path NAME = Path.of("/proc/sys/kernel/hostname");

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+(%25[^\\]]*)?\\]");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

  private final Set<String> names = new HashSet<>();

  /**
   * @param bound host that the server listens on
   * @param further further names from the user
   */
  AcceptedHosts(String bound, Collection<String> further) {
    names.add("localhost");
    names.add(canonical(bound));
    machine().ifPresent(name -> names.add(canonical(name)));
    further.forEach(name -> names.add(canonical(name)));
  }

  private static Optional<String> machine() {
    try {
      return Optional.of(Files.readString(NAME));
    } catch (IOException e) {
      // A machine without a readable name is reached by its address.
      return Optional.empty();
    }
  }

  /**
   * @param header Host header of the request, with or without a port; null if it is missing, which
   *     no browser omits
   */
  boolean accepts(String header) {
    if (header == null) {
      return true;
    }
    String host = PORT.matcher(header.strip()).replaceFirst("");
    return IPV4.matcher(host).matches()
        || IPV6.matcher(host).matches()
        || names.contains(canonical(host));
  }

  private static String canonical(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
