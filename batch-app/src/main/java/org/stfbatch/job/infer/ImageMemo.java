package org.stfbatch.job.infer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.stfbatch.db.StoredJob;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.Pixels;
import org.stfbatch.image.PutOffException;

/**
 * Remembers the last few images, so that one with several questions is fetched and decoded once:
 * jobs come ordered by image. Thread safe; threads that want an image that another is loading wait
 * for it. An image that is put off is forgotten, to be fetched anew.
 */
final class ImageMemo {
  /** As many as jobs are prepared at the same time, with room to spare. */
  private static final int REMEMBERED = 32;

  private final Deque<Image> images = new ArrayDeque<>();

  /** Makes pixels of what was downloaded; of nothing for what is read on the spot. */
  @FunctionalInterface
  interface Load {
    Pixels load(Optional<ImageLoader.Arrived> arrived)
        throws ImageException, PutOffException, InterruptedException;
  }

  /** What one of this machine's user may see is not shown to others for having the same name. */
  private record Key(String root, String reference, boolean fromOutside) {}

  /** One image, wanted by any number of jobs. */
  final class Image {
    private final Key key;
    private final CompletableFuture<Optional<ImageLoader.Arrived>> download;
    private final FutureTask<Pixels> pixels;
    private int users;

    private Image(Key key, CompletableFuture<Optional<ImageLoader.Arrived>> download, Load load) {
      this.key = key;
      this.download = download;
      this.pixels = new FutureTask<>(() -> load(load));
    }

    private Pixels load(Load load) throws ImageException, PutOffException, InterruptedException {
      try {
        Optional<ImageLoader.Arrived> arrived = download.getNow(Optional.empty());
        try {
          return load.load(arrived);
        } finally {
          arrived.ifPresent(ImageLoader.Arrived::close);
        }
      } catch (PutOffException e) {
        forget(this);
        throw e;
      }
    }

    /** Completes when what has to be downloaded is there, or will not come. */
    CompletableFuture<Optional<ImageLoader.Arrived>> download() {
      return download;
    }

    /** The pixels, decoded by whoever asks first. */
    Pixels pixels() throws ImageException, PutOffException, InterruptedException {
      pixels.run();
      try {
        return pixels.get();
      } catch (ExecutionException e) {
        throw rethrown(e.getCause());
      } catch (CancellationException e) {
        throw new IllegalStateException("the loading of an image was cancelled", e);
      }
    }

    /** A job that wanted it is done with it. */
    void release() {
      synchronized (ImageMemo.this) {
        users--;
        if (users > 0 || pixels.isDone()) {
          return;
        }
        images.remove(this);
      }
      // Nobody made pixels of it: what was downloaded is let go.
      download.thenAccept(arrived -> arrived.ifPresent(ImageLoader.Arrived::close));
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
   * A job's image, which the job must release.
   *
   * @param download begins to download it, if it is new; completes with nothing for what is read on
   *     the spot
   */
  synchronized Image image(
      StoredJob job,
      Function<StoredJob, CompletableFuture<Optional<ImageLoader.Arrived>>> download,
      Load load) {
    Key key =
        new Key(job.imageRoot().orElse(""), job.prompt().image().orElseThrow(), job.fromOutside());
    for (Image image : images) {
      if (image.key.equals(key)) {
        image.users++;
        return image;
      }
    }
    if (images.size() == REMEMBERED) {
      images.removeLast();
    }
    Image image = new Image(key, download.apply(job), load);
    image.users = 1;
    images.addFirst(image);
    return image;
  }

  /** It is to be fetched anew. */
  synchronized void forget(Image image) {
    images.remove(image);
  }

  /** All are to be fetched anew. */
  synchronized void clear() {
    images.clear();
  }
}
