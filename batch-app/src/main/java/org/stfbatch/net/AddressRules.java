package org.stfbatch.net;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Rules against server-side request forgery (SSRF): which addresses may be connected to. Link-local
 * addresses, the metadata services of clouds and addresses that are no host's are always refused.
 * Loopback and private addresses are refused for references from outside, unless their host is
 * allowed by name.
 *
 * @param allowed hosts that may be reached although their address is private
 * @param denyPrivate whether private addresses are also refused for this machine's user
 */
public record AddressRules(List<HostPort> allowed, boolean denyPrivate) {
  /** References from outside may reach no private host; others may reach all. */
  public static final AddressRules DEFAULT = new AddressRules(List.of(), false);

  /** Networks of IANA's special-purpose registries, and the clouds' metadata services. */
  private static final List<Network> NEVER =
      Network.all(
          "0.0.0.0/8",
          "169.254.0.0/16",
          "100.100.100.200/32",
          "192.0.0.192/32",
          "168.63.129.16/32",
          "224.0.0.0/4",
          "240.0.0.0/4",
          "::/128",
          "fe80::/10",
          "ff00::/8",
          "fd00:ec2::/32",
          "fd20:ce::254/128",
          "fd00:42::42/128");

  private static final List<Network> PRIVATE =
      Network.all(
          "127.0.0.0/8",
          "10.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "100.64.0.0/10",
          "192.0.0.0/24",
          "198.18.0.0/15",
          "::1/128",
          "fc00::/7",
          "fec0::/10",
          "64:ff9b:1::/48");

  /** Names of metadata services, for requests through a proxy, which resolves names itself. */
  private static final List<String> NEVER_NAMES =
      List.of("metadata.google.internal", "metadata", "instance-data", "metadata.goog");

  public AddressRules {
    allowed = List.copyOf(allowed);
  }

  /**
   * Checks an address that a host was resolved to, before it is connected to.
   *
   * @param fromOutside whether the host was named by a Kafka message or a trigger, not by this
   *     machine's user
   * @throws RefusedAddressException if the address may not be reached
   */
  public void check(String host, int port, InetAddress address, boolean fromOutside)
      throws RefusedAddressException {
    InetAddress real = unwrapped(address);
    if (NEVER.stream().anyMatch(network -> network.contains(real))) {
      throw never(real);
    }
    if (PRIVATE.stream().anyMatch(network -> network.contains(real))) {
      checkPrivate(host, port, real.getHostAddress(), fromOutside);
    }
  }

  /**
   * Checks a host that a proxy will resolve: literal addresses in every notation, and names that
   * always lead to a refused address.
   *
   * @throws RefusedAddressException if the address may not be reached
   */
  public void checkUnresolved(String host, int port, boolean fromOutside)
      throws RefusedAddressException {
    String name = HostPort.normal(host);
    Optional<InetAddress> written = Ipv4Notation.address(name).or(() -> ipv6(name));
    if (written.isPresent()) {
      check(host, port, written.get(), fromOutside);
    } else if (NEVER_NAMES.contains(name)) {
      throw new RefusedAddressException(
          "is the metadata service of a cloud, which is never asked: correct the address");
    } else if (name.equals("localhost") || name.endsWith(".localhost")) {
      checkPrivate(host, port, name, fromOutside);
    }
  }

  private static Optional<InetAddress> ipv6(String name) {
    try {
      // A host with a colon is a literal address and is not looked up.
      return name.contains(":")
          ? Optional.of(InetAddress.getByName(name))
          : Optional.<InetAddress>empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static RefusedAddressException never(InetAddress address) {
    return new RefusedAddressException(
        "leads to %s, an address that is never asked for images: correct the address"
            .formatted(address.getHostAddress()));
  }

  private void checkPrivate(String host, int port, String address, boolean fromOutside)
      throws RefusedAddressException {
    if (!denyPrivate && !fromOutside || allowed.stream().anyMatch(one -> one.matches(host, port))) {
      return;
    }
    String because =
        denyPrivate ? "--deny-private-hosts is given" : "the job came by Kafka or by a trigger";
    throw new RefusedAddressException(
        "leads to %s, an address of this machine or its network, and %s: allow it with --allow-host %s"
            .formatted(address, because, HostPort.normal(host)));
  }

  /** Returns the IPv4 address that an IPv6 address embeds, or the address itself. */
  private static InetAddress unwrapped(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address;
    }
    byte[] bytes = address.getAddress();
    int at = Network.embeddedIpv4(address);
    return at < 0 ? address : ipv4(Arrays.copyOfRange(bytes, at, at + 4));
  }

  private static Inet4Address ipv4(byte[] bytes) {
    try {
      return (Inet4Address) InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
