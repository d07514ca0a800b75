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
 * By which names the server may be asked. A web page of another site can have its own name lead
 * here (DNS rebinding), and would then read what is served: names are therefore listed. Addresses
 * in digits cannot be rebound, and are what probes of Kubernetes and Prometheus ask for: they are
 * all accepted.
 */
final class AcceptedHosts {
  /** Asked for it, Java would ask the network, too. */
  private static final Path NAME = Path.of("/proc/sys/kernel/hostname");

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+(%25[^\\]]*)?\\]");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

  private final Set<String> names = new HashSet<>();

  /**
   * @param bound the host that the server was told to listen on
   * @param further names that the user accepts
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
      // A machine without a name of its own is asked by its address.
      return Optional.empty();
    }
  }

  /**
   * @param header the request's Host header, with a port or without; null if there is none, which
   *     no browser leaves out
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
