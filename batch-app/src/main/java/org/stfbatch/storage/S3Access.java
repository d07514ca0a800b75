package org.stfbatch.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.stfbatch.net.ProxySettings;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Makes the SDK's clients from settings. */
final class S3Access {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  /** More than the threads that read ranges at the same time. */
  private static final int CONNECTIONS = 256;

  private static final Region OF_OTHER_SERVERS = Region.US_EAST_1;

  private S3Access() {}

  /**
   * Returns a client with the SDK's standard retries; the caller closes it.
   *
   * @throws SdkClientException if no region is known
   */
  static S3Client client(S3Settings settings, DefaultCredentialsProvider credentials) {
    Region region = region(settings);
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            .region(region)
            .serviceConfiguration(configuration(settings))
            // Checksums as trailers are not known to every S3-compatible server.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .crossRegionAccessEnabled(settings.endpoint().isEmpty())
            .overrideConfiguration(config -> config.retryStrategy(RetryMode.STANDARD))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(CONNECTIONS)
                    .connectionTimeout(CONNECT)
                    .socketTimeout(SILENCE)
                    .proxyConfiguration(proxy(settings, region)));
    settings.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /**
   * Returns a signer of addresses; the caller closes it.
   *
   * @throws SdkClientException if no region is known
   */
  static S3Presigner presigner(S3Settings settings, DefaultCredentialsProvider credentials) {
    S3Presigner.Builder builder =
        S3Presigner.builder()
            .credentialsProvider(credentials)
            .region(region(settings))
            .serviceConfiguration(configuration(settings));
    settings.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static S3Configuration configuration(S3Settings settings) {
    return S3Configuration.builder()
        .pathStyleAccessEnabled(settings.pathStyle())
        .chunkedEncodingEnabled(false)
        .build();
  }

  private static Region region(S3Settings settings) {
    if (settings.region().isPresent()) {
      return Region.of(settings.region().get());
    }
    if (settings.endpoint().isEmpty()) {
      return new DefaultAwsRegionProviderChain().getRegion();
    }
    // Without the metadata service of EC2, which is slow to fail elsewhere.
    AwsRegionProvider configured =
        new AwsRegionProviderChain(
            new SystemSettingsRegionProvider(), new AwsProfileRegionProvider());
    try {
      return configured.getRegion();
    } catch (SdkClientException e) {
      return OF_OTHER_SERVERS;
    }
  }

  private static ProxyConfiguration proxy(S3Settings settings, Region region) {
    ProxyConfiguration.Builder configuration =
        ProxyConfiguration.builder()
            .useSystemPropertyValues(false)
            .useEnvironmentVariableValues(false);
    Optional<ProxySettings.Proxy> proxy = settings.proxies().of(target(settings, region));
    proxy.ifPresent(
        one ->
            configuration
                .endpoint(URI.create("http://" + bracketed(one.host()) + ":" + one.port()))
                .username(one.user().orElse(null))
                .password(one.user().isPresent() ? one.password() : null));
    return configuration.build();
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private static URI target(S3Settings settings, Region region) {
    return settings
        .endpoint()
        .orElseGet(() -> URI.create("https://s3." + region.id() + ".amazonaws.com"));
  }
}
