package org.stfbatch.storage;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.stfbatch.net.ProxySettings;

/**
 * How buckets are reached. Credentials are not part of it: they come from the AWS SDK's chain
 * (environment, profile, web identity, container, instance).
 *
 * @param endpoint address of an S3-compatible server; empty for AWS
 * @param region empty for that of the environment or the profile
 * @param pathStyle whether the bucket is in the path instead of the host name
 * @param proxies proxies of the requests
 */
public record S3Settings(
    Optional<URI> endpoint, Optional<String> region, boolean pathStyle, ProxySettings proxies) {
  public S3Settings {
    requireNonNull(endpoint, "endpoint is null");
    requireNonNull(region, "region is null");
    requireNonNull(proxies, "proxies is null");
    if (endpoint.isPresent() && !isHttp(endpoint.get())) {
      throw new IllegalArgumentException(
          "the S3 endpoint must be an address such as https://minio.example.org:9000");
    }
  }

  private static boolean isHttp(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    return (scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null;
  }

  /** Returns the settings of the environment alone. */
  public static S3Settings ofEnvironment() {
    return of(
        Optional.empty(), Optional.empty(), Optional.empty(), ProxySettings.NONE, System.getenv());
  }

  /**
   * @param endpoint empty for that of {@code AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL}
   * @param pathStyle empty for path style exactly if there is an endpoint
   * @throws IllegalArgumentException if the endpoint is no http(s) address
   */
  public static S3Settings of(
      Optional<URI> endpoint,
      Optional<String> region,
      Optional<Boolean> pathStyle,
      ProxySettings proxies,
      Map<String, String> environment) {
    Optional<URI> named = endpoint.or(() -> configured(environment));
    return new S3Settings(named, region, pathStyle.orElse(named.isPresent()), proxies);
  }

  private static Optional<URI> configured(Map<String, String> environment) {
    if (Boolean.parseBoolean(environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))) {
      return Optional.empty();
    }
    return address("AWS_ENDPOINT_URL_S3", environment)
        .or(() -> address("AWS_ENDPOINT_URL", environment));
  }

  private static Optional<URI> address(String variable, Map<String, String> environment) {
    try {
      return Optional.ofNullable(environment.get(variable))
          .filter(text -> !text.isBlank())
          .map(URI::create);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the environment's " + variable + " is no address: correct or unset it", e);
    }
  }
}
