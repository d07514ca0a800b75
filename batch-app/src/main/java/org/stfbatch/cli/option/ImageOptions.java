package org.stfbatch.cli.option;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.HostPort;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.storage.Storage;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for fetching images. */
final class ImageOptions {
  @Option(
      names = "--downloads",
      defaultValue = "" + FetchSettings.DOWNLOADS,
      paramLabel = "N",
      description = "Parallel image downloads. Default: ${DEFAULT-VALUE}")
  private int downloads;

  @Option(
      names = "--downloads-per-host",
      defaultValue = "" + FetchSettings.DOWNLOADS_PER_HOST,
      paramLabel = "N",
      description = "Parallel image downloads from one host or bucket. Default: ${DEFAULT-VALUE}")
  private int downloadsPerHost;

  @Option(
      names = "--wait-for-images",
      defaultValue = "30m",
      paramLabel = "TIME",
      description =
          "How long to wait for a host, bucket or image folder from which every image fails, such as 5m or 2h;"
              + " then its jobs stay waiting, and the command ends with exit code 1. With 0, they fail"
              + " after their attempts. Default: ${DEFAULT-VALUE}")
  private Duration patience;

  @Option(
      names = "--follow-links",
      description = "Follow links in the image folder that lead out of it.")
  private boolean followLinks;

  @Option(
      names = "--allow-host",
      split = ",",
      paramLabel = "HOST[:PORT]",
      description =
          "A host in the private network, or on this machine, from which images may be downloaded"
              + " for jobs from Kafka messages or triggers; may be repeated.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--deny-private-hosts",
      description = "Download from no private host for any job, except those of --allow-host.")
  private boolean denyPrivateHosts;

  @Option(
      names = "--allow-bucket",
      split = ",",
      paramLabel = "BUCKET",
      description =
          "An S3 bucket whose images jobs from Kafka messages or triggers may name; may be repeated.")
  private List<String> allowedBuckets = List.of();

  @Mixin private S3Options s3;

  /** Returns a storage with the options for buckets, which the caller closes. */
  Storage storage() {
    return s3.storage();
  }

  /**
   * @throws IllegalArgumentException naming an option, or a variable of the environment, that
   *     cannot be used
   */
  FetchSettings settings() {
    AddressRules addresses =
        new AddressRules(allowedHosts.stream().map(HostPort::parse).toList(), denyPrivateHosts);
    return new FetchSettings(
            followLinks,
            addresses,
            ProxySettings.of(System.getenv()),
            downloads,
            downloadsPerHost,
            patience)
        .withBuckets(s3.settings(), Set.copyOf(allowedBuckets));
  }
}
