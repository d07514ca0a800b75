package org.stfbatch.job.infer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.stfbatch.db.StoredJob;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.Pixels;

/**
 * Remembers the last few images, so that one with several questions is fetched and decoded once:
 * jobs come ordered by image. Thread safe; threads that want an image that another is loading wait
 * for it.
 */
final class ImageMemo {
  /** As many as jobs are prepared at the same time, with room to spare. */
  private static final int REMEMBERED = 32;

  private final Deque<Entry> entries = new ArrayDeque<>();

  /** Loads an image. */
  @FunctionalInterface
  interface Load {
    Pixels load(StoredJob job) throws ImageException, InterruptedException;
  }

  private record Entry(String root, String reference, FutureTask<Pixels> pixels) {}

  Pixels get(StoredJob job, Load load) throws ImageException, InterruptedException {
    FutureTask<Pixels> pixels = entry(job, load).pixels();
    pixels.run();
    try {
      return pixels.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ImageException image) {
        throw image;
      }
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException("interrupted while loading an image");
      }
      throw new IllegalStateException("an image could not be prepared", e.getCause());
    } catch (CancellationException e) {
      throw new IllegalStateException("the loading of an image was cancelled", e);
    }
  }

  private synchronized Entry entry(StoredJob job, Load load) {
    String root = job.imageRoot().orElse("");
    String reference = job.prompt().image().orElseThrow();
    for (Entry entry : entries) {
      if (entry.reference().equals(reference) && entry.root().equals(root)) {
        return entry;
      }
    }
    if (entries.size() == REMEMBERED) {
      entries.removeLast();
    }
    entries.addFirst(new Entry(root, reference, new FutureTask<>(() -> load.load(job))));
    return entries.getFirst();
  }
}
