package org.stfbatch.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.stfbatch.base.Threads;

/**
 * Parallel downloads, with a limit in total and for each host, round robin over hosts, and a time
 * limit for each. Threads start with the first download and end with {@link #cancel} or when idle.
 * Thread safe.
 */
final class Downloads {
  private static final long IDLE_SECONDS = 5;
  private static final long MOST_BYTES = 256L << 20;

  private final HttpFetcher fetcher;
  private final FetchSettings settings;
  private final long nanosEach;
  private final ByteBudget budget;
  private final LongAdder spentNanos = new LongAdder();
  private final Map<Origin, Queue<Task>> waiting = new LinkedHashMap<>();
  private final Map<Origin, Integer> running = new HashMap<>();
  private final Set<Task> underWay = new HashSet<>();
  private List<Thread> threads = new ArrayList<>();
  private ExecutorService pool;
  private ScheduledThreadPoolExecutor timer;

  private record Task(
      ImageSource.Remote source,
      Origin origin,
      Transfer transfer,
      ByteBudget.Share share,
      CompletableFuture<Downloaded> result) {}

  /**
   * An encoded image.
   *
   * @param data its bytes
   * @param share must be closed when the bytes are released
   */
  record Downloaded(byte[] data, ByteBudget.Share share) {}

  Downloads(ImageLimits limits, FetchSettings settings) {
    this.fetcher = new HttpFetcher(limits, settings);
    this.settings = settings;
    this.nanosEach = limits.readTimeout().toNanos();
    this.budget = new ByteBudget(Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 8));
  }

  /**
   * Queues the download of an image; one attempt.
   *
   * @return completes exceptionally with an {@link ImageException}, or with a {@link
   *     CancellationException} if downloads are cancelled
   */
  CompletableFuture<Downloaded> start(ImageSource.Remote source) {
    Task task =
        new Task(
            source, Origin.of(source), new Transfer(), budget.open(), new CompletableFuture<>());
    synchronized (this) {
      open();
      waiting.computeIfAbsent(task.origin(), any -> new ArrayDeque<>()).add(task);
      dispatch();
    }
    return task.result();
  }

  private void open() {
    if (pool == null) {
      List<Thread> mine = new ArrayList<>();
      threads = mine;
      ThreadPoolExecutor workers =
          new ThreadPoolExecutor(
              settings.downloads(),
              settings.downloads(),
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> thread(task, mine));
      workers.allowCoreThreadTimeOut(true);
      pool = workers;
      timer = new ScheduledThreadPoolExecutor(1, task -> thread(task, mine));
      timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
      timer.allowCoreThreadTimeOut(true);
      timer.setRemoveOnCancelPolicy(true);
    }
  }

  private static Thread thread(Runnable task, List<Thread> all) {
    Thread thread = Threads.daemon("download", task);
    synchronized (all) {
      all.removeIf(one -> one.getState() == Thread.State.TERMINATED);
      all.add(thread);
    }
    return thread;
  }

  private void dispatch() {
    boolean found = true;
    while (found && underWay.size() < settings.downloads()) {
      found = false;
      for (Origin origin : List.copyOf(waiting.keySet())) {
        if (underWay.size() < settings.downloads()
            && running.getOrDefault(origin, 0) < settings.downloadsPerHost()) {
          begin(origin);
          found = true;
        }
      }
    }
  }

  /** Moves the host to the end of the queue. */
  private void begin(Origin origin) {
    Queue<Task> line = waiting.remove(origin);
    Task task = line.remove();
    if (!line.isEmpty()) {
      waiting.put(origin, line);
    }
    running.merge(origin, 1, Integer::sum);
    underWay.add(task);
    pool.execute(() -> run(task));
  }

  private void run(Task task) {
    ScheduledFuture<?> end =
        timer.schedule(task.transfer()::expire, nanosEach, TimeUnit.NANOSECONDS);
    long started = System.nanoTime();
    try {
      byte[] data = fetcher.fetch(task.source(), task.transfer(), task.share());
      task.share().complete();
      spentNanos.add(System.nanoTime() - started);
      finished(task);
      task.result().complete(new Downloaded(data, task.share()));
    } catch (Throwable e) {
      task.share().close();
      finished(task);
      task.result().completeExceptionally(e instanceof InterruptedException ? ended(e) : e);
    } finally {
      end.cancel(false);
    }
  }

  private synchronized void finished(Task task) {
    if (underWay.remove(task)) {
      running.computeIfPresent(task.origin(), (any, n) -> n == 1 ? null : n - 1);
      dispatch();
    }
  }

  private static CancellationException ended(Throwable cause) {
    CancellationException ended = new CancellationException("the download was ended");
    ended.initCause(cause);
    return ended;
  }

  /** Returns the seconds that downloads took, summed over all. */
  double seconds() {
    return spentNanos.sum() / 1e9;
  }

  /**
   * Cancels all downloads and waits for their threads to end. Downloads may be started again
   * afterwards.
   */
  void cancel() {
    List<Task> tasks = new ArrayList<>();
    List<Thread> ending;
    synchronized (this) {
      waiting.values().forEach(tasks::addAll);
      tasks.addAll(underWay);
      waiting.clear();
      running.clear();
      underWay.clear();
      ending = threads;
      threads = new ArrayList<>();
      if (pool != null) {
        pool.shutdownNow();
        timer.shutdownNow();
        pool = null;
        timer = null;
      }
    }
    for (Task task : tasks) {
      task.transfer().cancel();
      task.share().close();
      task.result().completeExceptionally(new CancellationException("the download was ended"));
    }
    fetcher.close();
    joinAll(ending);
  }

  private static void joinAll(List<Thread> ending) {
    List<Thread> mine;
    synchronized (ending) {
      mine = List.copyOf(ending);
    }
    Threads.awaitEnd(mine);
  }
}
