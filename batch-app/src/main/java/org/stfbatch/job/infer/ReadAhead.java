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
import org.springframework.dao.DataAccessException;
import org.stfbatch.base.Threads;
import org.stfbatch.db.JobPosition;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.Engine;
import org.stfbatch.engine.EngineException;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Stage;
import org.stfbatch.image.PutOffException;

/**
 * Read-ahead of waiting jobs, which keeps the engine busy while the step writes outcomes: a thread
 * pages through the waiting jobs, has them prepared on a pool and submitted to the engine, and
 * queues them with their futures. Jobs whose images are downloaded are queued when the download has
 * ended, all others in source order, so that a slow host does not delay other jobs. Bounded by a
 * window of jobs and bytes. An error of the thread is rethrown to the consumer.
 *
 * <p>Jobs whose images are unavailable now are skipped. They remain waiting in the database, and
 * {@link JobPreparer#outlook} tells when the next pass is due.
 */
final class ReadAhead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);
  private static final int PAGE = 500;
  private static final long POLL_MILLIS = 50;

  /** Scanning jobs whose images are unavailable takes at most one part in this many of the time. */
  private static final int SCAN_SHARE = 10;

  /** Keyset-paged source of waiting jobs, in the order in which they are answered. */
  @FunctionalInterface
  interface Pages {
    List<StoredJob> after(JobPosition position, int limit);
  }

  /** When reading ends. */
  enum Ending {
    /** When no job waits after the position. */
    AT_THE_LAST_JOB,
    /** Never: reading starts again at the beginning, and skips jobs that are in progress. */
    NEVER
  }

  /** An element of the queue: a job, or the end with its error, if there was one. */
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
  private final Set<Long> jobsInProgress = ConcurrentHashMap.newKeySet();
  private final Arrivals arrivals;
  private final ExecutorService pool;
  private final List<Thread> preparers = new CopyOnWriteArrayList<>();
  private final Thread feeder;
  private final BlockingQueue<Signal> queue = new LinkedBlockingQueue<>();
  private Optional<Signal.End> end = Optional.empty();

  /**
   * The jobs to read.
   *
   * @param start the position after which reading starts
   * @param limit the most jobs
   * @param ending when reading ends; see {@link #stored} for a read-ahead that never ends
   */
  record Bounds(JobPosition start, long limit, Ending ending) {}

  /**
   * Starts reading.
   *
   * @param imageBytes the bytes of a prepared image
   * @param attempts starts the work on each job
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

  /** Starts a read-ahead that ends at the last job and does not count attempts. */
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
   * Waits for the next job. Returns empty at the end, and from then on.
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
              throw new IllegalStateException(
                  "the read-ahead failed: " + error.getMessage(), error);
            });
    return Optional.empty();
  }

  private Signal nextSignal() throws InterruptedException {
    while (true) {
      boolean last = !feeder.isAlive();
      Signal signal = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (signal != null) {
        return signal;
      }
      if (last) {
        throw new IllegalStateException("the read-ahead thread ended without a result");
      }
    }
  }

  /** Waits for the next job up to a timeout. */
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

  /** Marks jobs as committed: they need not be skipped any more. */
  void stored(List<InFlightJob> jobs) {
    jobs.forEach(job -> jobsInProgress.remove(job.job().jobId()));
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

  /**
   * Feeds the engine until interrupted. Every pass starts at the beginning, because new jobs may
   * belong anywhere in the order.
   */
  private void feedForEver() throws InterruptedException {
    JobPosition position = JobPosition.START;
    boolean fed = false;
    long scanBegan = System.nanoTime();
    while (!Thread.currentThread().isInterrupted()) {
      // Read before the page: jobs that are committed in between are no longer in the page.
      Set<Long> known = Set.copyOf(jobsInProgress);
      List<StoredJob> page = pages.after(position, PAGE);
      for (StoredJob job : page) {
        if (!known.contains(job.jobId())) {
          jobsInProgress.add(job.jobId());
          if (feed(job)) {
            fed = true;
          } else {
            jobsInProgress.remove(job.jobId());
          }
        }
      }
      if (page.isEmpty()) {
        long scan = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - scanBegan);
        acceptFor(fed ? POLL_MILLIS : Math.max(POLL_MILLIS, SCAN_SHARE * scan));
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

  /** Starts a job. Returns false if it is skipped in this pass. */
  private boolean feed(StoredJob job) throws InterruptedException {
    for (Arrivals.Arrival ended = arrivals.poll(); ended != null; ended = arrivals.poll()) {
      accept(ended);
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

  /** Waits until the host may have another download. Returns false if the host is stalled. */
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

  /** Queues a job whose download has ended. Returns false if it is postponed. */
  private boolean accept(Arrivals.Arrival arrival) throws InterruptedException {
    StoredJob job = arrival.job();
    if (arrival.isPutOff()) {
      jobsInProgress.remove(job.jobId());
      return false;
    }
    long bytes = bytes(job);
    budget.acquire(bytes);
    CompletableFuture<JobResult> result =
        attempts.start(job, () -> start(job, arrival.fetched()), pool);
    queue.add(new Signal.Job(new InFlightJob(job, result), bytes));
    return true;
  }

  /**
   * Returns the bytes that a job holds in memory in the read-ahead: its pixels, its prompt and the
   * text of an inline image.
   */
  private long bytes(StoredJob job) {
    long text = job.prompt().text().length() + job.prompt().image().map(String::length).orElse(0);
    return 2 * text + (job.prompt().image().isPresent() ? imageBytes : 0);
  }

  private CompletableFuture<JobResult> start(
      StoredJob job, CompletableFuture<JobPreparer.Fetched> fetched) {
    return fetched.thenApplyAsync(rest -> submit(job, rest), pool).thenCompose(result -> result);
  }

  private CompletableFuture<JobResult> submit(StoredJob job, JobPreparer.Fetched fetched) {
    try {
      return submit(fetched.prepare());
    } catch (PreparationException e) {
      return CompletableFuture.completedFuture(JobResult.of(e.failure()));
    } catch (PutOffException | DataAccessException e) {
      return CompletableFuture.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(
          new EngineException("interrupted while preparing " + job.customId(), e));
    } catch (EngineException e) {
      return CompletableFuture.failedFuture(e);
    } catch (RuntimeException | Error e) {
      // An unexpected error of one job must not stop all others.
      LOG.warn("job {} could not be prepared", job.customId(), e);
      return CompletableFuture.completedFuture(
          JobResult.of(new Failure(Stage.PROMPT, "UNEXPECTED", e.toString(), 1)));
    }
  }

  private CompletableFuture<JobResult> submit(PreparedJob prepared) {
    if (prepared instanceof PreparedJob.Answered answered) {
      return CompletableFuture.completedFuture(new JobResult.Reused(answered.answer()));
    }
    PreparedJob.ToAnswer asked = (PreparedJob.ToAnswer) prepared;
    return engine
        .submit(asked.job())
        .thenApply(outcome -> new JobResult.Computed(outcome, asked.key()));
  }

  /**
   * Stops reading, and returns when the threads have ended, so that the caller may then close the
   * pages and the preparer. Jobs in the engine are not cancelled.
   */
  @Override
  public void close() {
    feeder.interrupt();
    pool.shutdownNow();
    Threads.awaitEnd(List.of(feeder));
    // The cancellation below must not be interrupted.
    boolean interrupted = Thread.interrupted();
    // Only after the feeder has ended: it could start another download before.
    preparer.cancel();
    // The last thread of a terminated pool may still be ending.
    Threads.awaitEnd(preparers);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
