package org.stfbatch.job.infer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.stfbatch.db.StoredJob;
import org.stfbatch.image.PutOffException;

/**
 * Jobs whose images are being downloaded, with limits on the number of images in total and per
 * host. Consecutive jobs of one image count as one download. Used by one thread, which adds jobs
 * and takes those whose download has ended.
 */
final class Arrivals {
  /**
   * A host without any finished download for this long, although its limit is reached, is
   * considered stalled.
   */
  static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final JobPreparer.Parallel most;
  private final BlockingQueue<Arrival> ended = new LinkedBlockingQueue<>();
  private final Map<String, Host> hosts = new HashMap<>();
  private int expected;
  private int images;

  private static final class Host {
    private int expected;
    private int images;
    private String lastImage = "";
    private long lastArrival = System.nanoTime();
  }

  /**
   * A job whose download has ended.
   *
   * @param host the image's host; empty if it was not downloaded
   * @param isFirst whether it is the first job of its image
   * @param fetched a completed future
   */
  record Arrival(
      StoredJob job, String host, boolean isFirst, CompletableFuture<JobPreparer.Fetched> fetched) {
    /** Creates an arrival of a job that needs no download. */
    static Arrival atOnce(StoredJob job, CompletableFuture<JobPreparer.Fetched> fetched) {
      return new Arrival(job, "", true, fetched);
    }

    /** Returns whether the image is postponed: it may be available later. */
    boolean isPutOff() {
      if (!fetched.isCompletedExceptionally()) {
        return false;
      }
      try {
        fetched.join();
        return false;
      } catch (RuntimeException e) {
        return e.getCause() instanceof PutOffException;
      }
    }
  }

  Arrivals(JobPreparer.Parallel most) {
    this.most = most;
  }

  boolean hasRoom(String host) {
    Host known = hosts.get(host);
    return images < most.images() && (known == null || known.images < most.imagesPerHost());
  }

  /** Returns whether the host uses its limit of downloads and none of them finishes. */
  boolean isStalled(String host) {
    Host known = hosts.get(host);
    if (known == null) {
      // Other hosts use the total limit. They may be slow, but their downloads have timeouts.
      return false;
    }
    return System.nanoTime() - known.lastArrival > STALLED_NANOS;
  }

  /** Adds a job; it is handed out when its download has succeeded or failed. */
  void expect(StoredJob job, String host, CompletableFuture<JobPreparer.Fetched> fetched) {
    Host from = hosts.computeIfAbsent(host, any -> new Host());
    boolean first = !job.imageKey().equals(from.lastImage);
    expected++;
    from.expected++;
    images += first ? 1 : 0;
    from.images += first ? 1 : 0;
    from.lastImage = job.imageKey();
    fetched.whenComplete((rest, error) -> ended.add(new Arrival(job, host, first, fetched)));
  }

  boolean isEmpty() {
    return expected == 0;
  }

  /** Returns the next job whose download has ended; null if there is none now. */
  Arrival poll() {
    return expected == 0 ? null : counted(ended.poll());
  }

  /** Waits for the next job whose download ends. */
  Arrival next() throws InterruptedException {
    return counted(ended.take());
  }

  /** Waits for the next job up to a timeout in nanoseconds. */
  Optional<Arrival> next(long nanos) throws InterruptedException {
    return Optional.ofNullable(counted(ended.poll(nanos, TimeUnit.NANOSECONDS)));
  }

  private Arrival counted(Arrival arrival) {
    if (arrival != null) {
      Host host = hosts.get(arrival.host());
      expected--;
      host.expected--;
      images -= arrival.isFirst() ? 1 : 0;
      host.images -= arrival.isFirst() ? 1 : 0;
      if (!arrival.isPutOff()) {
        host.lastArrival = System.nanoTime();
      }
      if (host.expected == 0) {
        hosts.remove(arrival.host());
      }
    }
    return arrival;
  }
}
