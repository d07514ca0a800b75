package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.stfbatch.base.Digests;
import org.stfbatch.storage.StorageAddress.LocalFile;

/**
 * Fetches and decodes images. Thread safe; one instance serves all threads. Download threads end
 * when idle, and at once with {@link #cancelDownloads}.
 */
public final class ImageLoader {
  private static final double NANOS = 1e9;

  private final FileFetcher files;
  private final DataUriFetcher dataUris;
  private final ShardFetcher shards;
  private final Downloads downloads;
  private final ImageDecoder decoder;
  private final HeapRoom room = HeapRoom.ofThisProcess();
  private final long maxBytes;
  private final LongAdder fetchNanos = new LongAdder();

  /** Creates a loader with {@link FetchSettings#defaults}. */
  public ImageLoader(ImageLimits limits) {
    this(limits, FetchSettings.defaults());
  }

  /** Creates a loader with the given settings. */
  public ImageLoader(ImageLimits limits, FetchSettings settings) {
    requireNonNull(limits, "limits is null");
    this.files = new FileFetcher(limits.maxBytes(), settings.followLinks());
    this.dataUris = new DataUriFetcher(limits.maxBytes());
    this.shards = new ShardFetcher(limits.maxBytes());
    this.downloads = new Downloads(limits, settings);
    this.decoder = new ImageDecoder(limits.maxPixels(), room);
    this.maxBytes = limits.maxBytes();
  }

  /** An image as it was fetched, not decoded yet; it holds memory until it is closed. */
  public static final class Arrived implements AutoCloseable {
    private final ImageSource source;
    private final Runnable release;
    private byte[] data;

    private Arrived(ImageSource source, byte[] data, Runnable release) {
      this.source = source;
      this.data = data;
      this.release = release;
    }

    @Override
    public void close() {
      data = null;
      release.run();
    }
  }

  /**
   * Loads an image; one attempt. For large pictures in several threads, use {@link
   * #load(ImageSource, Function)}, which limits memory.
   *
   * @throws ImageException if there is no usable image
   * @throws InterruptedException if interrupted while downloading
   */
  public RgbImage load(ImageSource source) throws ImageException, InterruptedException {
    return load(source, Function.identity());
  }

  /**
   * Loads an image and applies {@code use} to its pixels; one attempt. Pictures that do not fit
   * into memory together are processed one after the other, from decoding until {@code use}
   * returns.
   *
   * @param use reduces the picture to something smaller, and may be called again after an
   *     out-of-memory error; its exceptions are passed on
   * @throws ImageException if there is no usable image
   * @throws InterruptedException if interrupted while downloading or waiting
   */
  public <T> T load(ImageSource source, Function<RgbImage, T> use)
      throws ImageException, InterruptedException {
    try (Arrived arrived = fetch(source)) {
      return decode(arrived, use);
    }
  }

  /**
   * Fetches an image without decoding it; one attempt.
   *
   * @throws ImageException if it cannot be fetched
   * @throws InterruptedException if interrupted while downloading or waiting
   */
  public Arrived fetch(ImageSource source) throws ImageException, InterruptedException {
    return source instanceof ImageSource.Remote remote
        ? await(download(remote))
        : new Arrived(source, timedFetch(source), () -> {});
  }

  /**
   * Returns an image file's bytes without decoding them; one attempt.
   *
   * @throws ImageException if it cannot be read
   * @throws InterruptedException if interrupted while downloading
   */
  public byte[] bytes(ImageSource source) throws ImageException, InterruptedException {
    try (Arrived arrived = fetch(source)) {
      return arrived.data;
    }
  }

  /**
   * Starts a download; one attempt.
   *
   * @return completes exceptionally with an {@link ImageException}, or with a {@link
   *     java.util.concurrent.CancellationException} after {@link #cancelDownloads}
   */
  public CompletableFuture<Arrived> download(ImageSource.Remote source) {
    return downloads
        .start(source)
        .thenApply(downloaded -> new Arrived(source, downloaded.data(), downloaded.share()::close));
  }

  /** Returns the SHA-256 of the bytes of a fetched image. Its time counts as fetching. */
  public byte[] sha256(Arrived arrived) {
    long started = System.nanoTime();
    byte[] hash = Digests.sha256().digest(arrived.data);
    fetchNanos.add(System.nanoTime() - started);
    return hash;
  }

  /**
   * Decodes a fetched image and applies {@code use} to its pixels. The image stays open.
   *
   * @param use as in {@link #load(ImageSource, Function)}
   */
  public <T> T decode(Arrived arrived, Function<RgbImage, T> use)
      throws ImageException, InterruptedException {
    return decoder.decode(arrived.data, arrived.source.displayName(), use);
  }

  /**
   * Cancels all downloads and waits for their threads to end. Downloads may be started again
   * afterwards.
   */
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

  /** Returns the cost of loading so far; retries are counted by the caller. */
  public LoadStatistics statistics() {
    return new LoadStatistics(fetchNanos.sum() / NANOS + downloads.seconds(), decoder.seconds(), 0);
  }

  private byte[] timedFetch(ImageSource source) throws ImageException, InterruptedException {
    long started = System.nanoTime();
    try {
      return room.run(0, () -> read(source));
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

  private byte[] read(ImageSource source) throws ImageException, InterruptedException {
    if (source instanceof ImageSource.File file) {
      return files.fetch(file);
    }
    if (source instanceof ImageSource.DataUri dataUri) {
      return dataUris.fetch(dataUri);
    }
    if (source instanceof ImageSource.InShard member && member.shard() instanceof LocalFile shard) {
      return shards.fetch(member, shard);
    }
    ImageSource.Bytes bytes = (ImageSource.Bytes) source;
    if (bytes.data().length > maxBytes) {
      throw FetchErrors.tooManyBytes(source, bytes.data().length, maxBytes);
    }
    return bytes.data();
  }
}
