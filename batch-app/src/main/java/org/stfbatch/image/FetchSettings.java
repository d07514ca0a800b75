package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.storage.S3Settings;

/**
 * Settings for fetching images.
 *
 * @param followLinks whether links below an image folder may lead outside it
 * @param addresses which hosts may be reached
 * @param proxies proxies of the downloads
 * @param downloads parallel downloads in total
 * @param downloadsPerHost parallel downloads from one host
 * @param patience how long to wait for a host or folder that fails every image; with zero, its
 *     images fail after their attempts
 * @param s3 how buckets are reached
 * @param buckets buckets that references from outside may name
 */
public record FetchSettings(
    boolean followLinks,
    AddressRules addresses,
    ProxySettings proxies,
    int downloads,
    int downloadsPerHost,
    Duration patience,
    S3Settings s3,
    Set<String> buckets) {
  /** Hides a latency of one second at about 60 images a second, with few sockets. */
  public static final int DOWNLOADS = 64;

  /**
   * A quarter of the total, so that a few slow hosts do not block others and no host is overloaded.
   */
  public static final int DOWNLOADS_PER_HOST = 16;

  private static final int MOST = 4096;

  public FetchSettings {
    requireNonNull(addresses, "addresses is null");
    requireNonNull(proxies, "proxies is null");
    requireNonNull(patience, "patience is null");
    requireNonNull(s3, "s3 is null");
    buckets = Set.copyOf(buckets);
    requireInRange("--downloads", downloads);
    requireInRange("--downloads-per-host", downloadsPerHost);
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience must not be negative: " + patience);
    }
  }

  /** Creates settings for the buckets of AWS, none of which references from outside may name. */
  public FetchSettings(
      boolean followLinks,
      AddressRules addresses,
      ProxySettings proxies,
      int downloads,
      int downloadsPerHost,
      Duration patience) {
    this(
        followLinks,
        addresses,
        proxies,
        downloads,
        downloadsPerHost,
        patience,
        new S3Settings(Optional.empty(), Optional.empty(), false, proxies),
        Set.of());
  }

  private static void requireInRange(String option, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(option + " must be in 1.." + MOST + ", not " + value);
    }
  }

  /**
   * Returns the defaults: no links out of folders, no private hosts for references from outside, no
   * proxies, 30 minutes of patience.
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

  /** Returns the same settings with another patience. */
  public FetchSettings withPatience(Duration other) {
    return new FetchSettings(
        followLinks, addresses, proxies, downloads, downloadsPerHost, other, s3, buckets);
  }

  /** Returns the same settings for other buckets. */
  public FetchSettings withBuckets(S3Settings settings, Set<String> allowed) {
    return new FetchSettings(
        followLinks, addresses, proxies, downloads, downloadsPerHost, patience, settings, allowed);
  }
}
