package org.stfbatch.cli.option;

import java.time.Duration;
import java.util.List;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.HostPort;
import org.stfbatch.net.ProxySettings;
import picocli.CommandLine.Option;

/** From where and how images are brought. */
final class ImageOptions {
  @Option(
      names = "--downloads",
      defaultValue = "" + FetchSettings.DOWNLOADS,
      paramLabel = "N",
      description = "Images that are downloaded at once. Default: ${DEFAULT-VALUE}")
  private int downloads;

  @Option(
      names = "--downloads-per-host",
      defaultValue = "" + FetchSettings.DOWNLOADS_PER_HOST,
      paramLabel = "N",
      description = "Of these, from one host. Default: ${DEFAULT-VALUE}")
  private int downloadsPerHost;

  @Option(
      names = "--wait-for-images",
      defaultValue = "30m",
      paramLabel = "TIME",
      description =
          "How long a host or image folder that fails everything is waited for, such as 5m or 2h;"
              + " then its jobs go on waiting, and the command ends with 1. 0 makes them failures"
              + " after their tries. Default: ${DEFAULT-VALUE}")
  private Duration patience;

  @Option(
      names = "--follow-links",
      description = "Open links below the image folder that lead out of it.")
  private boolean followLinks;

  @Option(
      names = "--allow-host",
      split = ",",
      paramLabel = "HOST[:PORT]",
      description =
          "A host of the private network, or of this machine, from which images may be downloaded"
              + " for jobs that came by Kafka or by a trigger; may be repeated.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--deny-private-hosts",
      description = "Ask hosts of the private network for no job, but those of --allow-host.")
  private boolean denyPrivateHosts;

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
        patience);
  }
}
