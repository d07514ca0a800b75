package org.stfbatch.cli.run;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.stfbatch.base.Plural;
import org.stfbatch.db.ExportStore;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunInputStore;
import org.stfbatch.file.OutputException;
import org.stfbatch.image.FetchSettings;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.job.export.ExportFormat;
import org.stfbatch.job.export.ExportedImages;
import org.stfbatch.job.export.PartExporter;
import org.stfbatch.job.export.PartFolder;
import org.stfbatch.job.export.PartFormat;
import org.stfbatch.job.export.PartResult;
import org.stfbatch.job.export.WebDatasetFormat;
import org.stfbatch.net.AddressRules;
import org.stfbatch.net.HostPort;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.shard.Shard;
import org.stfbatch.storage.S3Settings;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import picocli.CommandLine.Option;

/** Options of exports in parts: WebDataset shards, and Parquet files of a number of rows. */
final class PartOptions {
  private static final long SHARD_SIZE = 10_000;

  @Option(
      names = "--shard-size",
      paramLabel = "N",
      description = "With --format webdataset: answers in each shard. Default: " + SHARD_SIZE)
  private Long shardSize;

  @Option(
      names = "--shard-rows",
      paramLabel = "N",
      description =
          "With --format parquet: write files part-00000.parquet and so on with N rows each into the folder --out.")
  private Long shardRows;

  @Option(
      names = "--with-images",
      description = "With --format webdataset: copy the image files into the shards.")
  private boolean withImages;

  @Option(
      names = "--follow-links",
      description = "With --with-images: follow links in the image folder that lead out of it.")
  private boolean followLinks;

  @Option(
      names = "--allow-host",
      split = ",",
      paramLabel = "HOST[:PORT]",
      description =
          "With --with-images: a private host from which images of jobs from Kafka messages or"
              + " triggers may be downloaded; may be repeated.")
  private List<String> allowedHosts = List.of();

  @Option(
      names = "--allow-bucket",
      split = ",",
      paramLabel = "BUCKET",
      description =
          "With --with-images: an S3 bucket from which images of jobs from Kafka messages or"
              + " triggers may be read; may be repeated.")
  private List<String> allowedBuckets = List.of();

  /** Returns whether an export of this format has parts. */
  boolean apply(ExportFormat format) {
    return format == ExportFormat.WEBDATASET || format == ExportFormat.PARQUET && shardRows != null;
  }

  /**
   * @throws IllegalArgumentException naming an option that does not fit the format
   */
  void check(ExportFormat format) {
    Set<ExportFormat> shards = EnumSet.of(ExportFormat.WEBDATASET);
    require("--shard-size", shardSize != null, shards, format);
    require("--with-images", withImages, shards, format);
    require("--shard-rows", shardRows != null, EnumSet.of(ExportFormat.PARQUET), format);
    for (Map.Entry<String, Boolean> option :
        Map.of(
                "--follow-links",
                followLinks,
                "--allow-host",
                !allowedHosts.isEmpty(),
                "--allow-bucket",
                !allowedBuckets.isEmpty())
            .entrySet()) {
      if (option.getValue() && !withImages) {
        throw new IllegalArgumentException(option.getKey() + " is for --with-images");
      }
    }
    if (size(format) < 1) {
      throw new IllegalArgumentException(
          "%s must be at least 1, not %d"
              .formatted(shardSize != null ? "--shard-size" : "--shard-rows", size(format)));
    }
  }

  private static void require(
      String option, boolean given, Set<ExportFormat> formats, ExportFormat format) {
    if (given && !formats.contains(format)) {
      throw new IllegalArgumentException(
          option + " is for --format " + formats.iterator().next().name().toLowerCase(Locale.ROOT));
    }
  }

  private long size(ExportFormat format) {
    Long given = format == ExportFormat.WEBDATASET ? shardSize : shardRows;
    return given == null ? SHARD_SIZE : given;
  }

  /**
   * Exports a run.
   *
   * @param storage reaches {@code out}
   * @param s3 how images in buckets are reached
   * @return a message about the result
   */
  String export(
      DataSource dataSource,
      Run run,
      ExportFormat format,
      StorageAddress out,
      Storage storage,
      S3Settings s3)
      throws IOException {
    requireNoInput(dataSource, out);
    Optional<ExportedImages> images =
        withImages
            ? Optional.of(
                new ExportedImages(
                    new ImageLoader(ImageLimits.defaults(), settings(s3)),
                    new ExportStore(dataSource)::imageReference))
            : Optional.empty();
    PartFormat parts =
        format == ExportFormat.WEBDATASET ? new WebDatasetFormat(images) : PartFormat.parquet();
    PartResult result =
        new PartExporter(dataSource).export(run, parts, size(format), PartFolder.at(storage, out));
    return message(out, result) + images.map(PartOptions::missing).orElse("");
  }

  private FetchSettings settings(S3Settings s3) {
    return new FetchSettings(
            followLinks,
            new AddressRules(allowedHosts.stream().map(HostPort::parse).toList(), false),
            ProxySettings.of(System.getenv()),
            FetchSettings.DOWNLOADS,
            FetchSettings.DOWNLOADS_PER_HOST,
            Duration.ZERO)
        .withBuckets(s3, Set.copyOf(allowedBuckets));
  }

  private static void requireNoInput(DataSource dataSource, StorageAddress out) {
    String folder = Shard.at(out.toString().replaceFirst("/+$", "") + "/part").folder();
    new RunInputStore(dataSource)
        .runWithShardsIn(folder)
        .ifPresent(
            run -> {
              throw new OutputException(
                  "--out %s holds shards that are an input of run %s: give another --out"
                      .formatted(out.displayName(), run));
            });
  }

  private static String message(StorageAddress out, PartResult result) {
    return "%s: %s in %s (%d written, %d kept); %s failed, %d %s waiting"
        .formatted(
            out.displayName(),
            Plural.of(result.counts().answered(), "answer"),
            Plural.of(result.written() + result.kept(), "file"),
            result.written(),
            result.kept(),
            Plural.of(result.counts().failed(), "job"),
            result.counts().waiting(),
            result.counts().waiting() == 1 ? "is" : "are");
  }

  private static String missing(ExportedImages images) {
    return images.missing() == 0
        ? ""
        : "; %s left out: %s"
            .formatted(Plural.of(images.missing(), "image"), String.join("; ", images.problems()));
  }
}
