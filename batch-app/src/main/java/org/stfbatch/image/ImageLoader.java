package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.LongAdder;

/** Fetches and decodes images. Thread safe; one instance serves all workers. */
public final class ImageLoader {
  private static final double NANOS = 1e9;

  private final FileFetcher files;
  private final DataUriFetcher dataUris;
  private final HttpFetcher downloads;
  private final ImageDecoder decoder;
  private final Backoff backoff;
  private final long maxBytes;
  private final LongAdder fetchNanos = new LongAdder();
  private final LongAdder decodeNanos = new LongAdder();

  public ImageLoader(ImageLimits limits) {
    this(limits, Backoff.sleeping(limits.retries()));
  }

  ImageLoader(ImageLimits limits, Backoff backoff) {
    requireNonNull(limits, "limits is null");
    this.files = new FileFetcher(limits.maxBytes());
    this.dataUris = new DataUriFetcher(limits.maxBytes());
    this.downloads = new HttpFetcher(limits, backoff);
    this.decoder = new ImageDecoder(limits.maxPixels());
    this.backoff = backoff;
    this.maxBytes = limits.maxBytes();
  }

  /**
   * The pixels behind a reference.
   *
   * @throws ImageException if there is no usable image, after all retries
   * @throws InterruptedException if interrupted while downloading or waiting to try again
   */
  public RgbImage load(ImageSource source) throws ImageException, InterruptedException {
    byte[] file = timedFetch(source);
    long started = System.nanoTime();
    try {
      return decoder.decode(file, source.displayName());
    } finally {
      decodeNanos.add(System.nanoTime() - started);
    }
  }

  /** What loading has cost so far. */
  public LoadStatistics statistics() {
    return new LoadStatistics(
        fetchNanos.sum() / NANOS, decodeNanos.sum() / NANOS, backoff.retried());
  }

  private byte[] timedFetch(ImageSource source) throws ImageException, InterruptedException {
    long started = System.nanoTime();
    try {
      return fetch(source);
    } finally {
      fetchNanos.add(System.nanoTime() - started);
    }
  }

  private byte[] fetch(ImageSource source) throws ImageException, InterruptedException {
    if (source instanceof ImageSource.File file) {
      return files.fetch(file);
    }
    if (source instanceof ImageSource.DataUri dataUri) {
      return dataUris.fetch(dataUri);
    }
    if (source instanceof ImageSource.Http http) {
      return downloads.fetch(http);
    }
    ImageSource.Bytes bytes = (ImageSource.Bytes) source;
    if (bytes.data().length > maxBytes) {
      throw FetchErrors.tooManyBytes(source, bytes.data().length, maxBytes);
    }
    return bytes.data();
  }
}
