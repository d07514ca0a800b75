package org.stfbatch.hub;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.stfbatch.net.ProxySettings;

/**
 * How to reach a hub.
 *
 * @param endpoint the hub's address, without a path's end
 * @param token of a user who may read the repository; sent to the endpoint alone
 * @param connections files that are downloaded at a time
 * @param attempts how often in a row a request may fail without bringing a byte
 * @param firstPause before the first repetition; doubles from one to the next
 * @param patience how long a connection may bring nothing
 * @param proxies through which it is reached
 */
public record HubSettings(
    URI endpoint,
    Optional<String> token,
    int connections,
    int attempts,
    Duration firstPause,
    Duration patience,
    ProxySettings proxies) {

  /** Where the hub is if nothing else is said. */
  public static final String DEFAULT_ENDPOINT = "https://huggingface.co";

  /**
   * @throws IllegalArgumentException if the endpoint is no http(s) address or a number is below 1
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

  /** One that is reached directly. */
  public HubSettings(
      URI endpoint,
      Optional<String> token,
      int connections,
      int attempts,
      Duration firstPause,
      Duration patience) {
    this(endpoint, token, connections, attempts, firstPause, patience, ProxySettings.NONE);
  }

  /** The same through proxies. */
  public HubSettings through(ProxySettings others) {
    return new HubSettings(endpoint, token, connections, attempts, firstPause, patience, others);
  }

  /** For an endpoint, with or without a slash at its end. */
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
