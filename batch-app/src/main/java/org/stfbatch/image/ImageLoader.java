package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Fetches and decodes images. Thread safe; one instance serves all workers. Threads that download
 * end by themselves when nothing is to be done, and at once with {@link #cancelDownloads}.
 */
public final class ImageLoader {
  private static final double NANOS = 1e9;

  private final FileFetcher files;
  private final DataUriFetcher dataUris;
  private final Downloads downloads;
  private final ImageDecoder decoder;
  private final HeapRoom room = HeapRoom.ofThisProcess();
  private final long maxBytes;
  private final LongAdder fetchNanos = new LongAdder();

  /** One that fetches as {@link FetchSettings#defaults} say. */
  public ImageLoader(ImageLimits limits) {
    this(limits, FetchSettings.defaults());
  }

  /** One that fetches as it is told. */
  public ImageLoader(ImageLimits limits, FetchSettings settings) {
    requireNonNull(limits, "limits is null");
    this.files = new FileFetcher(limits.maxBytes(), settings.followLinks());
    this.dataUris = new DataUriFetcher(limits.maxBytes());
    this.downloads = new Downloads(limits, settings);
    this.decoder = new ImageDecoder(limits.maxPixels(), room);
    this.maxBytes = limits.maxBytes();
  }

  /** An image that has arrived and is not decoded yet; it holds memory until it is closed. */
  public static final class Arrived implements AutoCloseable {
    private final ImageSource.Http source;
    private final Downloads.Downloaded downloaded;

    private Arrived(ImageSource.Http source, Downloads.Downloaded downloaded) {
      this.source = source;
      this.downloaded = downloaded;
    }

    @Override
    public void close() {
      downloaded.share().close();
    }
  }

  /**
   * The pixels behind a reference. One try. Whoever loads large pictures in several threads gives
   * what is to be made of them to {@link #load(ImageSource, Function)} instead.
   *
   * @throws ImageException if there is no usable image
   * @throws InterruptedException if interrupted while downloading
   */
  public RgbImage load(ImageSource source) throws ImageException, InterruptedException {
    return load(source, Function.identity());
  }

  /**
   * What is made of the pixels behind a reference. One try. Pictures that do not fit into memory
   * together wait for each other, from before they are decoded until {@code use} returns.
   *
   * @param use makes something smaller of the picture, and may be called again when memory was out;
   *     what it throws is passed on
   * @throws ImageException if there is no usable image
   * @throws InterruptedException if interrupted while downloading or waiting
   */
  public <T> T load(ImageSource source, Function<RgbImage, T> use)
      throws ImageException, InterruptedException {
    if (source instanceof ImageSource.Http http) {
      try (Arrived arrived = await(download(http))) {
        return decode(arrived, use);
      }
    }
    return decoder.decode(timedFetch(source), source.displayName(), use);
  }

  /**
   * Begins a download. One try.
   *
   * @return completes exceptionally with an {@link ImageException}, or with a {@link
   *     java.util.concurrent.CancellationException} after {@link #cancelDownloads}
   */
  public CompletableFuture<Arrived> download(ImageSource.Http source) {
    return downloads.start(source).thenApply(downloaded -> new Arrived(source, downloaded));
  }

  /**
   * What is made of the pixels of what was downloaded, which is left open.
   *
   * @param use as in {@link #load(ImageSource, Function)}
   */
  public <T> T decode(Arrived arrived, Function<RgbImage, T> use)
      throws ImageException, InterruptedException {
    return decoder.decode(arrived.downloaded.data(), arrived.source.displayName(), use);
  }

  /** Ends all downloads, and returns when their threads have ended. Later ones begin anew. */
  public void cancelDownloads() {
    downloads.cancel();
  }

  private static Arrived await(CompletableFuture<Arrived> download)
      throws ImageException, InterruptedException {
    try {
      return download.get();
    } catch (InterruptedException e) {
      download.thenAccept(Arrived::close);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ImageException image) {
        throw image;
      }
      throw new IllegalStateException("an image could not be downloaded", e.getCause());
    }
  }

  /** What loading has cost so far; tries that were made again are counted by whoever makes them. */
  public LoadStatistics statistics() {
    return new LoadStatistics(fetchNanos.sum() / NANOS + downloads.seconds(), decoder.seconds(), 0);
  }

  private byte[] timedFetch(ImageSource source) throws ImageException, InterruptedException {
    long started = System.nanoTime();
    try {
      return room.run(0, () -> fetch(source));
    } catch (OutOfMemoryError e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_TOO_LARGE,
          source.displayName()
              + " does not fit into memory as a file: give Java more (JAVA_OPTS=-Xmx...)",
          e);
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
    ImageSource.Bytes bytes = (ImageSource.Bytes) source;
    if (bytes.data().length > maxBytes) {
      throw FetchErrors.tooManyBytes(source, bytes.data().length, maxBytes);
    }
    return bytes.data();
  }
}
