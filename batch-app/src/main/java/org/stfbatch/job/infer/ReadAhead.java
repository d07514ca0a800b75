package org.stfbatch.job.infer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.base.Threads;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineException;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Outcome;
import org.stfbatch.engine.Stage;
import org.stfbatch.image.PutOffException;

/**
 * Keeps the engine busy ahead of the step: a thread of its own pages through the waiting jobs, has
 * them prepared on a pool and submitted, and queues them with their futures. Jobs whose images are
 * downloaded are queued when those are there, all others in source order: no slow host holds up
 * other jobs. Bounded by a window of jobs and bytes; an error of that thread reaches the consumer.
 *
 * <p>Jobs whose images cannot be had now are passed over. They go on waiting in the database, and
 * {@link JobPreparer#outlook} tells when they are worth another pass.
 */
final class ReadAhead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);
  private static final int PAGE = 500;
  private static final long LOOK_AGAIN_MILLIS = 50;

  /** Looking through jobs that cannot be had now takes this part of the time at most. */
  private static final int SCAN_SHARE = 10;

  /** Pages of waiting jobs, in the order in which they are answered. */
  @FunctionalInterface
  interface Pages {
    List<StoredJob> after(JobPosition position, int limit);
  }

  /** When reading ends. */
  enum Ending {
    /** When no job waits behind the position. */
    AT_THE_LAST_JOB,
    /** Never: it begins again at the start, and passes over what is on its way already. */
    NEVER
  }

  /** What the queue carries: a job, or the end with the error that caused it, if one did. */
  private sealed interface Signal {
    record Job(InFlightJob inFlight, long bytes) implements Signal {}

    record End(Optional<Throwable> error) implements Signal {}
  }

  private final Pages pages;
  private final JobPreparer preparer;
  private final Engine engine;
  private final long imageBytes;
  private final WindowBudget budget;
  private final Ending ending;
  private final JobAttempts attempts;
  private final Set<Long> onTheirWay = ConcurrentHashMap.newKeySet();
  private final Arrivals arrivals;
  private final ExecutorService pool;
  private final List<Thread> preparers = new CopyOnWriteArrayList<>();
  private final Thread feeder;
  private final BlockingQueue<Signal> queue = new LinkedBlockingQueue<>();
  private Optional<Signal.End> end = Optional.empty();

  /**
   * Which jobs are read.
   *
   * @param start after this place
   * @param limit at most so many jobs
   * @param ending see {@link #stored} for one that never ends
   */
  record Bounds(JobPosition start, long limit, Ending ending) {}

  /**
   * Starts reading at once.
   *
   * @param imageBytes what a prepared image takes
   * @param attempts begins each job
   */
  ReadAhead(
      Pages pages,
      JobPreparer preparer,
      Engine engine,
      long imageBytes,
      InferSettings.Window window,
      Bounds bounds,
      JobAttempts attempts) {
    this.ending = bounds.ending();
    this.pages = pages;
    this.preparer = preparer;
    this.engine = engine;
    this.imageBytes = imageBytes;
    this.attempts = attempts;
    this.budget = new WindowBudget(window);
    this.arrivals = new Arrivals(preparer.parallel());
    this.pool = Executors.newFixedThreadPool(preparationThreads(), this::preparer);
    this.feeder = Threads.daemon("read-ahead", () -> feed(bounds.start(), bounds.limit()));
    feeder.start();
  }

  /** One that ends at the last job, and whose attempts nobody counts. */
  ReadAhead(
      Pages pages,
      JobPreparer preparer,
      Engine engine,
      long imageBytes,
      InferSettings.Window window,
      JobPosition start,
      long limit) {
    this(
        pages,
        preparer,
        engine,
        imageBytes,
        window,
        new Bounds(start, limit, Ending.AT_THE_LAST_JOB),
        JobAttempts.uncounted());
  }

  private static int preparationThreads() {
    return Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
  }

  private Thread preparer(Runnable task) {
    Thread thread = Threads.daemon("prepare", task);
    preparers.add(thread);
    return thread;
  }

  /**
   * The next job; empty at the end, and from then on.
   *
   * @throws IllegalStateException if the reading thread failed
   */
  Optional<InFlightJob> next() throws InterruptedException {
    if (end.isEmpty()) {
      Signal signal = nextSignal();
      if (signal instanceof Signal.Job job) {
        budget.release(job.bytes());
        return Optional.of(job.inFlight());
      }
      end = Optional.of((Signal.End) signal);
    }
    end.get()
        .error()
        .ifPresent(
            error -> {
              throw new IllegalStateException("reading ahead failed: " + error.getMessage(), error);
            });
    return Optional.empty();
  }

  private Signal nextSignal() throws InterruptedException {
    while (true) {
      boolean last = !feeder.isAlive();
      Signal signal = queue.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      if (signal != null) {
        return signal;
      }
      if (last) {
        throw new IllegalStateException("reading ahead ended without a word");
      }
    }
  }

  /** The next job if there is one within that time. */
  Optional<InFlightJob> poll(long millis) throws InterruptedException {
    Signal signal = end.isPresent() ? end.get() : queue.poll(millis, TimeUnit.MILLISECONDS);
    if (signal == null) {
      return Optional.empty();
    }
    if (signal instanceof Signal.Job job) {
      budget.release(job.bytes());
      return Optional.of(job.inFlight());
    }
    end = Optional.of((Signal.End) signal);
    return next();
  }

  /** The outcomes of these jobs are committed: they need not be passed over any more. */
  void stored(List<InFlightJob> jobs) {
    jobs.forEach(job -> onTheirWay.remove(job.job().jobId()));
  }

  private void feed(JobPosition start, long limit) {
    try {
      if (ending == Ending.AT_THE_LAST_JOB) {
        feedToEnd(start, limit);
      } else {
        feedForEver();
      }
      queue.add(new Signal.End(Optional.empty()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      queue.add(new Signal.End(Optional.of(e)));
    } catch (RuntimeException | Error e) {
      queue.add(new Signal.End(Optional.of(e)));
    }
  }

  private void feedToEnd(JobPosition start, long limit) throws InterruptedException {
    JobPosition position = start;
    long left = limit;
    while (left > 0) {
      List<StoredJob> page = pages.after(position, (int) Math.min(PAGE, left));
      if (page.isEmpty()) {
        break;
      }
      for (StoredJob job : page) {
        left -= feed(job) ? 1 : 0;
      }
      position = page.get(page.size() - 1).position();
    }
    while (!arrivals.isEmpty()) {
      accept(arrivals.next());
    }
  }

  /** Jobs that come may belong anywhere in the order. */
  private void feedForEver() throws InterruptedException {
    JobPosition position = JobPosition.START;
    boolean fed = false;
    long scanBegan = System.nanoTime();
    while (!Thread.currentThread().isInterrupted()) {
      // Looked up before the page: what is committed between is not in the page.
      Set<Long> known = Set.copyOf(onTheirWay);
      List<StoredJob> page = pages.after(position, PAGE);
      for (StoredJob job : page) {
        if (!known.contains(job.jobId())) {
          onTheirWay.add(job.jobId());
          if (feed(job)) {
            fed = true;
          } else {
            onTheirWay.remove(job.jobId());
          }
        }
      }
      if (page.isEmpty()) {
        long scan = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - scanBegan);
        acceptFor(fed ? LOOK_AGAIN_MILLIS : Math.max(LOOK_AGAIN_MILLIS, SCAN_SHARE * scan));
        fed = false;
        position = JobPosition.START;
        scanBegan = System.nanoTime();
      } else {
        position = page.get(page.size() - 1).position();
      }
    }
  }

  private void acceptFor(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      Optional<Arrivals.Arrival> arrival = arrivals.next(left);
      if (arrival.isPresent()) {
        accept(arrival.get());
      }
    }
  }

  /** False if it is passed over this time. */
  private boolean feed(StoredJob job) throws InterruptedException {
    for (Arrivals.Arrival there = arrivals.poll(); there != null; there = arrivals.poll()) {
      accept(there);
    }
    String host = preparer.host(job);
    if (!preparer.admits(job) || !host.isEmpty() && !hasRoom(host)) {
      return false;
    }
    CompletableFuture<JobPreparer.Fetched> fetched = preparer.fetch(job);
    if (fetched.isDone()) {
      return accept(Arrivals.Arrival.atOnce(job, fetched));
    }
    arrivals.expect(job, host, fetched);
    return true;
  }

  /** Waits for room, unless the host does not get on. */
  private boolean hasRoom(String host) throws InterruptedException {
    while (!arrivals.hasRoom(host)) {
      if (arrivals.isStalled(host)) {
        return false;
      }
      Optional<Arrivals.Arrival> arrival = arrivals.next(Arrivals.STALLED_NANOS);
      if (arrival.isPresent()) {
        accept(arrival.get());
      }
    }
    return true;
  }

  /** Queues a job that has what it needs. False if it is put off. */
  private boolean accept(Arrivals.Arrival arrival) throws InterruptedException {
    StoredJob job = arrival.job();
    if (arrival.isPutOff()) {
      onTheirWay.remove(job.jobId());
      return false;
    }
    long bytes = bytes(job);
    budget.acquire(bytes);
    CompletableFuture<Outcome> outcome =
        attempts.start(job, () -> start(job, arrival.fetched()), pool);
    queue.add(new Signal.Job(new InFlightJob(job, outcome), bytes));
    return true;
  }

  /**
   * What a job holds in memory while it is ahead: its pixels, its prompt and an inline image's
   * text.
   */
  private long bytes(StoredJob job) {
    long text = job.prompt().text().length() + job.prompt().image().map(String::length).orElse(0);
    return 2 * text + (job.prompt().image().isPresent() ? imageBytes : 0);
  }

  private CompletableFuture<Outcome> start(
      StoredJob job, CompletableFuture<JobPreparer.Fetched> fetched) {
    return fetched.thenApplyAsync(rest -> submit(job, rest), pool).thenCompose(outcome -> outcome);
  }

  private CompletableFuture<Outcome> submit(StoredJob job, JobPreparer.Fetched fetched) {
    try {
      return engine.submit(fetched.prepare());
    } catch (PreparationException e) {
      return CompletableFuture.completedFuture(e.failure());
    } catch (PutOffException e) {
      return CompletableFuture.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(
          new EngineException("interrupted while preparing " + job.customId(), e));
    } catch (EngineException e) {
      return CompletableFuture.failedFuture(e);
    } catch (RuntimeException | Error e) {
      // One job that nobody foresaw must not hold up all others, night after night.
      LOG.warn("job {} could not be prepared", job.customId(), e);
      return CompletableFuture.completedFuture(
          new Failure(Stage.PROMPT, "UNEXPECTED", e.toString(), 1));
    }
  }

  /**
   * Stops reading, and returns when its threads have ended: the owner of the pages and of the
   * preparer may close them then. Jobs that are in the engine are left to it.
   */
  @Override
  public void close() {
    feeder.interrupt();
    pool.shutdownNow();
    Threads.awaitEnd(List.of(feeder));
    // What is cancelled must not be interrupted on its way.
    boolean interrupted = Thread.interrupted();
    // Only now: the feeder might have begun another download.
    preparer.cancel();
    // A terminated pool's last thread may still be on its way out.
    Threads.awaitEnd(preparers);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
