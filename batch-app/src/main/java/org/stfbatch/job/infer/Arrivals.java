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
 * Jobs whose images are on their way over the network: so many images in all and so many of one
 * host; jobs of one image come one after the other and count once. For one thread, which expects
 * jobs and is given those that have what they need.
 */
final class Arrivals {
  /** A host from which nothing came for so long, though it is asked for much, does not get on. */
  static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final JobPreparer.Parallel most;
  private final BlockingQueue<Arrival> there = new LinkedBlockingQueue<>();
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
   * A job that waits for nothing from the network any more.
   *
   * @param host where its image came from; empty if it came over no network
   * @param isFirst whether it is the first job of its image
   * @param fetched has completed
   */
  record Arrival(
      StoredJob job, String host, boolean isFirst, CompletableFuture<JobPreparer.Fetched> fetched) {
    /** One that came over no network. */
    static Arrival atOnce(StoredJob job, CompletableFuture<JobPreparer.Fetched> fetched) {
      return new Arrival(job, "", true, fetched);
    }

    /** Whether its image may be there later. */
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

  /** Whether the host holds the room and nothing comes from it. */
  boolean isStalled(String host) {
    Host known = hosts.get(host);
    if (known == null) {
      // Others hold the room. They may be slow, but their time is limited.
      return false;
    }
    return System.nanoTime() - known.lastArrival > STALLED_NANOS;
  }

  /** The job will be handed out when it is there, or will not come. */
  void expect(StoredJob job, String host, CompletableFuture<JobPreparer.Fetched> fetched) {
    Host from = hosts.computeIfAbsent(host, any -> new Host());
    boolean first = !job.imageKey().equals(from.lastImage);
    expected++;
    from.expected++;
    images += first ? 1 : 0;
    from.images += first ? 1 : 0;
    from.lastImage = job.imageKey();
    fetched.whenComplete((rest, error) -> there.add(new Arrival(job, host, first, fetched)));
  }

  boolean isEmpty() {
    return expected == 0;
  }

  /** The next that is there; null if none is now. */
  Arrival poll() {
    return expected == 0 ? null : counted(there.poll());
  }

  /** Waits for the next. */
  Arrival next() throws InterruptedException {
    return counted(there.take());
  }

  /** Waits for the next for so long. */
  Optional<Arrival> next(long nanos) throws InterruptedException {
    return Optional.ofNullable(counted(there.poll(nanos, TimeUnit.NANOSECONDS)));
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
