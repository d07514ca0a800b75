package org.stfbatch.job.infer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.stfbatch.db.ShardRange;
import org.stfbatch.db.StoredJob;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.Pixels;
import org.stfbatch.image.PutOffException;

/**
 * Cache of the most recent images, so that an image with several questions is downloaded and
 * decoded once; jobs come ordered by image. Thread safe. A thread that needs an image that another
 * thread is loading waits for it. A postponed image is removed and loaded again later.
 */
final class ImageMemo {
  /** At least the number of jobs that are prepared at the same time. */
  private static final int CAPACITY = 32;

  private final Deque<Image> images = new ArrayDeque<>();

  /** Reads and decodes an image. */
  interface Loading {
    /** Returns the download, or reads the image if there is none. */
    ImageLoader.Arrived read(Optional<ImageLoader.Arrived> download)
        throws ImageException, PutOffException, InterruptedException;

    /** Returns the hash of the image file. */
    byte[] hash(ImageLoader.Arrived arrived);

    /** Decodes an image, which stays open. */
    Pixels decode(ImageLoader.Arrived arrived) throws ImageException, InterruptedException;
  }

  /** The bytes of an image, with their hash. */
  private record Content(ImageLoader.Arrived arrived, byte[] hash) {}

  /**
   * Cache key. Images named by messages from outside have keys of their own, so that they never get
   * a file that only this machine's user may read. Shards can have members of equal names.
   */
  private record Key(
      String root, String reference, boolean fromOutside, Optional<ShardRange> shard) {
    static Key of(StoredJob job) {
      return new Key(
          job.imageRoot().orElse(""),
          job.prompt().image().orElseThrow(),
          job.fromOutside(),
          job.shard());
    }
  }

  /** One image, used by any number of jobs. */
  final class Image {
    private final Key key;
    private final CompletableFuture<Optional<ImageLoader.Arrived>> download;
    private final FutureTask<Content> content;
    private final FutureTask<Pixels> pixels;
    private volatile boolean unreadable;
    private int users;

    private Image(
        Key key, CompletableFuture<Optional<ImageLoader.Arrived>> download, Loading loading) {
      this.key = key;
      this.download = download;
      this.content = new FutureTask<>(() -> read(loading));
      this.pixels = new FutureTask<>(() -> decode(loading));
    }

    private Content read(Loading loading)
        throws ImageException, PutOffException, InterruptedException {
      try {
        ImageLoader.Arrived arrived = loading.read(download.getNow(Optional.empty()));
        return new Content(arrived, loading.hash(arrived));
      } catch (PutOffException e) {
        forget(this);
        throw e;
      } catch (ImageException e) {
        unreadable = true;
        throw e;
      }
    }

    private Pixels decode(Loading loading)
        throws ImageException, PutOffException, InterruptedException {
      try (ImageLoader.Arrived arrived = result(content).arrived()) {
        return loading.decode(arrived);
      }
    }

    /** Returns a future that completes when the download has ended, if there is one. */
    CompletableFuture<Optional<ImageLoader.Arrived>> download() {
      return download;
    }

    /** Returns the hash of the image file. The first caller reads the file; others wait. */
    byte[] hash() throws ImageException, PutOffException, InterruptedException {
      return result(content).hash();
    }

    /** Returns the pixels. The first caller decodes them; others wait. */
    Pixels pixels() throws ImageException, PutOffException, InterruptedException {
      return result(pixels);
    }

    /** Releases the image for one job. */
    void release() {
      synchronized (ImageMemo.this) {
        users--;
        if (users > 0 || unreadable || pixels.isDone()) {
          return;
        }
        images.remove(this);
      }
      // No job decoded the image: free its bytes.
      download.thenAccept(arrived -> arrived.ifPresent(ImageLoader.Arrived::close));
    }
  }

  /** Runs a task, unless another thread did or does so, and returns its result. */
  private static <T> T result(FutureTask<T> task)
      throws ImageException, PutOffException, InterruptedException {
    task.run();
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (CancellationException e) {
      throw new IllegalStateException("the loading of an image was cancelled", e);
    }
  }

  private static IllegalStateException rethrown(Throwable cause)
      throws ImageException, PutOffException, InterruptedException {
    if (cause instanceof ImageException image) {
      throw image;
    }
    if (cause instanceof PutOffException later) {
      throw later;
    }
    if (cause instanceof InterruptedException) {
      throw new InterruptedException("interrupted while loading an image");
    }
    return new IllegalStateException("an image could not be prepared", cause);
  }

  /**
   * Returns a job's image, which the job must release.
   *
   * @param download starts the download of a new image; completes with empty for an image that is
   *     not downloaded
   */
  synchronized Image image(
      StoredJob job,
      Function<StoredJob, CompletableFuture<Optional<ImageLoader.Arrived>>> download,
      Loading loading) {
    Key key = Key.of(job);
    for (Image image : images) {
      if (image.key.equals(key)) {
        image.users++;
        return image;
      }
    }
    if (images.size() == CAPACITY) {
      images.removeLast();
    }
    Image image = new Image(key, download.apply(job), loading);
    image.users = 1;
    images.addFirst(image);
    return image;
  }

  /** Removes an image, so that it is loaded again. */
  synchronized void forget(Image image) {
    images.remove(image);
  }

  /** Removes all images. */
  synchronized void clear() {
    images.clear();
  }
}
