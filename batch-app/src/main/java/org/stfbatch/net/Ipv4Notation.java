package org.stfbatch.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Parses IPv4 addresses in all notations of inet_aton(3): one to four numbers, decimal, octal with
 * a leading 0 or hexadecimal with 0x, of which the last one fills the remaining bytes.
 */
final class Ipv4Notation {
  private Ipv4Notation() {}

  static Optional<InetAddress> address(String host) {
    String[] parts = host.split("\\.", -1);
    if (parts.length > 4) {
      return Optional.empty();
    }
    long value = 0;
    for (int i = 0; i < parts.length; i++) {
      long part = number(parts[i]);
      boolean last = i == parts.length - 1;
      long most = last ? (1L << 8 * (4 - i)) - 1 : 255;
      if (part < 0 || part > most) {
        return Optional.empty();
      }
      value |= last ? part : part << 8 * (3 - i);
    }
    return Optional.of(ofBytes(value));
  }

  private static long number(String digits) {
    try {
      if (digits.matches("0[xX][0-9a-fA-F]{1,8}")) {
        return Long.parseLong(digits.substring(2), 16);
      }
      if (digits.matches("0[0-7]{1,11}")) {
        return Long.parseLong(digits, 8);
      }
      return digits.matches("\\d{1,10}") ? Long.parseLong(digits) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static InetAddress ofBytes(long value) {
    try {
      return InetAddress.getByAddress(
          new byte[] {
            (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
          });
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
