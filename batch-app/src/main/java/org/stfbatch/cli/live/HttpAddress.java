package org.stfbatch.cli.live;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Listening address as users write it: {@code 8080} for the loopback interface, {@code
 * 192.0.2.7:8080} or {@code [2001:db8::7]:8080} for one address, {@code 0.0.0.0:8080} for all; port
 * 0 means any free port.
 *
 * @param socket the address
 */
public record HttpAddress(InetSocketAddress socket) {
  private static final Pattern ADDRESS = Pattern.compile("(?:(\\[[^\\]]+\\]|[^:]+):)?(\\d{1,5})");
  private static final int MAX_PORT = 65_535;

  /**
   * @throws TypeConversionException if the text is not an address
   */
  public static HttpAddress parse(String text) {
    Matcher address = ADDRESS.matcher(text.strip());
    if (!address.matches() || Integer.parseInt(address.group(2)) > MAX_PORT) {
      throw new TypeConversionException(
          "\"" + text + "\" is no port such as 8080, nor an address such as 127.0.0.1:8080");
    }
    int port = Integer.parseInt(address.group(2));
    return new HttpAddress(
        address.group(1) == null
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
            : new InetSocketAddress(address.group(1), port));
  }

  /** Returns whether only programs on this machine can connect. */
  boolean isLoopback() {
    return socket.getAddress() != null && socket.getAddress().isLoopbackAddress();
  }

  @Override
  public String toString() {
    return socket.getHostString() + ":" + socket.getPort();
  }
}
