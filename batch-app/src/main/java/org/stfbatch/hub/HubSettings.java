package org.stfbatch.hub;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.stfbatch.net.ProxySettings;

/**
 * Connection settings of a hub.
 *
 * @param endpoint the hub's base address, without a trailing slash
 * @param token access token of a user who may read the repository; sent to the endpoint only
 * @param connections files that are downloaded in parallel
 * @param attempts consecutive failures of a request without a received byte, at most
 * @param firstPause pause before the first retry; doubles with each retry
 * @param patience how long a connection may receive nothing
 * @param proxies proxies of the connections
 */
public record HubSettings(
    URI endpoint,
    Optional<String> token,
    int connections,
    int attempts,
    Duration firstPause,
    Duration patience,
    ProxySettings proxies) {

  /** The Hugging Face hub. */
  public static final String DEFAULT_ENDPOINT = "https://huggingface.co";

  /**
   * @throws IllegalArgumentException if the endpoint is not an http(s) address or a number is below
   *     1
   */
  public HubSettings {
    Objects.requireNonNull(token, "token is null");
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "the endpoint " + endpoint + " is no http(s) address such as " + DEFAULT_ENDPOINT);
    }
    if (connections < 1 || attempts < 1) {
      throw new IllegalArgumentException("connections and attempts must be at least 1");
    }
  }

  /** Settings without proxies. */
  public HubSettings(
      URI endpoint,
      Optional<String> token,
      int connections,
      int attempts,
      Duration firstPause,
      Duration patience) {
    this(endpoint, token, connections, attempts, firstPause, patience, ProxySettings.NONE);
  }

  /** Returns the same settings with proxies. */
  public HubSettings through(ProxySettings others) {
    return new HubSettings(endpoint, token, connections, attempts, firstPause, patience, others);
  }

  /** Returns the default settings for an endpoint, with or without a trailing slash. */
  public static HubSettings of(String endpoint, Optional<String> token, int connections) {
    URI address;
    try {
      address = URI.create(endpoint.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the endpoint " + endpoint + " is no http(s) address such as " + DEFAULT_ENDPOINT, e);
    }
    return new HubSettings(
        address, token, connections, 6, Duration.ofSeconds(1), Duration.ofMinutes(1));
  }
}
