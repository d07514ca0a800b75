package org.stfbatch.cli.option;

import java.net.URI;
import java.util.Optional;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.storage.S3Settings;
import org.stfbatch.storage.Storage;
import picocli.CommandLine.Option;

/** Options for S3 buckets. Credentials are no options: they come from the AWS SDK's chain. */
public final class S3Options {
  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      description =
          "Address of the S3-compatible server of s3:// addresses, such as http://minio:9000."
              + " Default: AWS_ENDPOINT_URL_S3, else AWS")
  private URI endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      description = "Region of the buckets. Default: AWS_REGION or that of the AWS profile")
  private String region;

  @Option(
      names = "--s3-path-style",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description =
          "Whether the bucket is in the path instead of the host name. Default: true with an endpoint")
  private Boolean pathStyle;

  /**
   * @throws IllegalArgumentException naming an option, or a variable of the environment, that
   *     cannot be used
   */
  public S3Settings settings() {
    return S3Settings.of(
        Optional.ofNullable(endpoint),
        Optional.ofNullable(region),
        Optional.ofNullable(pathStyle),
        ProxySettings.of(System.getenv()),
        System.getenv());
  }

  /** Returns a storage with these settings, which the caller closes. */
  public Storage storage() {
    return new Storage(settings());
  }
}
