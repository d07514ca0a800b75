package org.stfbatch.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A range of addresses in CIDR form.
 *
 * @param address its first address
 * @param bits length of the prefix in bits
 */
record Network(byte[] address, int bits) {
  private static final List<Network> MAPPED = all("::ffff:0:0/96", "::/96", "64:ff9b::/96");
  private static final Network SIX_TO_FOUR = parse("2002::/16").orElseThrow();

  /** Parses {@code ADDRESS/BITS}, or a single address; empty if the text is neither. */
  static Optional<Network> parse(String text) {
    String[] parts = text.split("/", 2);
    boolean literal = parts[0].contains(":") || parts[0].matches("\\d{1,3}(\\.\\d{1,3}){3}");
    if (!literal || parts.length == 2 && !parts[1].matches("\\d{1,3}")) {
      return Optional.empty();
    }
    byte[] address = bytes(parts[0]);
    int length = address.length * 8;
    int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : length;
    return bits > length || length == 0
        ? Optional.empty()
        : Optional.of(new Network(address, bits));
  }

  static List<Network> all(String... networks) {
    return Stream.of(networks).map(text -> parse(text).orElseThrow()).toList();
  }

  /**
   * Returns the bytes as written: Java converts an IPv4-mapped IPv6 address to IPv4, which the
   * literal's form shows.
   */
  private static byte[] bytes(String literal) {
    try {
      byte[] bytes = InetAddress.getByName(literal).getAddress();
      return literal.contains(":") && bytes.length == 4 ? mapped(bytes) : bytes;
    } catch (UnknownHostException e) {
      return new byte[0];
    }
  }

  private static byte[] mapped(byte[] ipv4) {
    byte[] bytes = new byte[16];
    bytes[10] = -1;
    bytes[11] = -1;
    System.arraycopy(ipv4, 0, bytes, 12, 4);
    return bytes;
  }

  boolean contains(InetAddress other) {
    byte[] bytes = other.getAddress();
    if (bytes.length != address.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit & 7);
      if ((bytes[bit >> 3] & mask) != (address[bit >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the position of the IPv4 address that an IPv6 address embeds; -1 if it embeds none. */
  static int embeddedIpv4(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return -1;
    }
    boolean itself = address.isLoopbackAddress() || address.isAnyLocalAddress();
    if (!itself && MAPPED.stream().anyMatch(network -> network.contains(address))) {
      return 12;
    }
    return SIX_TO_FOUR.contains(address) ? 2 : -1;
  }
}
