package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.ProxySettings;

/**
 * From where and how images are brought.
 *
 * @param followLinks whether links below an image folder may lead out of it
 * @param addresses which hosts may be asked
 * @param proxies through which hosts are asked
 * @param downloads how many may be under way at once
 * @param downloadsPerHost how many of them from one host
 * @param patience how long a host or folder that fails everything is waited for; zero does not
 *     wait: its images become failures after their tries
 */
public record FetchSettings(
    boolean followLinks,
    AddressRules addresses,
    ProxySettings proxies,
    int downloads,
    int downloadsPerHost,
    Duration patience) {
  /** Enough to hide a second's latency at some sixty images a second, and few sockets. */
  public static final int DOWNLOADS = 64;

  /** A quarter: a few slow hosts leave room for others, and no host is overrun. */
  public static final int DOWNLOADS_PER_HOST = 16;

  private static final int MOST = 4096;

  public FetchSettings {
    requireNonNull(addresses, "addresses is null");
    requireNonNull(proxies, "proxies is null");
    requireNonNull(patience, "patience is null");
    requireInRange("--downloads", downloads);
    requireInRange("--downloads-per-host", downloadsPerHost);
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience must not be negative: " + patience);
    }
  }

  private static void requireInRange(String option, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(option + " must be in 1.." + MOST + ", not " + value);
    }
  }

  /**
   * No links out of folders, no private hosts from outside, no proxies, half an hour's patience.
   */
  public static FetchSettings defaults() {
    return new FetchSettings(
        false,
        AddressRules.DEFAULT,
        ProxySettings.of(Map.of()),
        DOWNLOADS,
        DOWNLOADS_PER_HOST,
        Duration.ofMinutes(30));
  }

  /** The same with another patience. */
  public FetchSettings withPatience(Duration other) {
    return new FetchSettings(followLinks, addresses, proxies, downloads, downloadsPerHost, other);
  }
}
