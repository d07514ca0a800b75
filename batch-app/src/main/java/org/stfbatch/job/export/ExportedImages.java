package org.stfbatch.job.export;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.stfbatch.base.ExponentialBackoff;
import org.stfbatch.db.ExportRow;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageExtension;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.image.ImageSource;
import org.stfbatch.job.ShardImages;

/** Reads the image files of exported jobs from where they come from. For one thread. */
public final class ExportedImages {
  private static final int ATTEMPTS = 6;
  private static final int NAMED = 3;

  /** A data URI is exported as its hash, with this prefix. */
  private static final String HASHED = "sha256:";

  private final ImageLoader loader;
  private final LongFunction<String> references;
  private final ExponentialBackoff backoff =
      ExponentialBackoff.withJitter(Duration.ofSeconds(1), Duration.ofMinutes(1));
  private final List<String> problems = new ArrayList<>();
  private long missing;

  /**
   * @param references returns the whole image reference of a job
   */
  public ExportedImages(ImageLoader loader, LongFunction<String> references) {
    this.loader = loader;
    this.references = references;
  }

  /**
   * An image file.
   *
   * @param extension without the dot
   * @param data its bytes
   */
  record Image(String extension, byte[] data) {}

  /**
   * Reads a job's image.
   *
   * @return empty if it cannot be read and never will be; it is counted
   * @throws IOException if it cannot be read now
   */
  Optional<Image> of(ExportRow job) throws IOException {
    try {
      String reference = job.prompt().image().orElseThrow();
      String whole = reference.startsWith(HASHED) ? references.apply(job.jobId()) : reference;
      byte[] data = bytes(source(job, whole));
      String named = whole.regionMatches(true, 0, "data:", 0, 5) ? "" : whole;
      return Optional.of(new Image(ImageExtension.of(named, data), data));
    } catch (ImageException e) {
      missing++;
      if (problems.size() < NAMED) {
        problems.add(e.getMessage());
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the export was interrupted");
    }
  }

  private static ImageSource source(ExportRow job, String reference) throws ImageException {
    return job.place().shard().isPresent()
        ? ShardImages.source(reference, job.place().shard().get())
        : ImageSource.parse(
            reference, ImageRoot.parse(job.place().root().orElse("")), job.place().fromOutside());
  }

  private byte[] bytes(ImageSource source)
      throws IOException, ImageException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return loader.bytes(source);
      } catch (ImageException e) {
        if (!e.isTransient()) {
          throw e;
        }
        if (attempt == ATTEMPTS) {
          throw new IOException(
              e.getMessage() + "; complete parts are kept: export again when it is there", e);
        }
        TimeUnit.NANOSECONDS.sleep(backoff.pause(attempt).toNanos());
      }
    }
  }

  /** Returns how many images could not be read. */
  public long missing() {
    return missing;
  }

  /** Returns the reasons of the first images that could not be read. */
  public List<String> problems() {
    return List.copyOf(problems);
  }
}
