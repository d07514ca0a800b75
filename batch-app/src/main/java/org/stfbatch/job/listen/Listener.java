package org.stfbatch.job.listen;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.stfbatch.db.Database;
import org.stfbatch.db.DatabaseOutage;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.RunTrigger;
import org.stfbatch.db.RunTriggerStore;
import org.stfbatch.engine.EngineException;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.Claims;
import org.stfbatch.job.ConcurrentJobs;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.intake.TopicPositions;

/**
 * Starts a run for each message of a trigger topic, one at a time and exactly once, until stopped.
 * A trigger that was started but not finished is resumed first. Of several processes that share
 * runs, the one that holds the reader's lock starts them and the others answer parts of them.
 * Another process takes the lock over when its holder ends or its heartbeats stop.
 */
public final class Listener {
  private static final long TRIGGER_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LOCK_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final TopicPositions positions;
  private final TriggerInbox inbox;
  private final TriggerWork work;
  private final RunTriggerStore triggers;
  private final Consumer<String> notices;
  private final Database database;
  private final Claims claims;
  private final AtomicReference<String> current = new AtomicReference<>();

  /**
   * @param answering creates the inference jobs
   * @param claims takes the locks
   * @param sharing whether runs are shared
   * @param notices receives one-line messages for the user
   */
  public Listener(
      Database database,
      KafkaConnection kafka,
      ListenSettings settings,
      Answering answering,
      Claims claims,
      Sharing sharing,
      Consumer<String> notices) {
    BatchRuntime batch = new BatchRuntime(database.dataSource());
    this.positions = new TopicPositions(database.dataSource(), settings.group(), settings.topic());
    this.inbox = new TriggerInbox(batch, kafka, positions);
    this.work = new TriggerWork(database, batch, kafka, settings, answering, claims, sharing);
    this.database = database;
    this.claims = claims;
    this.triggers = new RunTriggerStore(database.dataSource());
    this.notices = notices;
  }

  /** Returns the topic reader whose lock the caller of {@link #run} must hold. */
  public KafkaReader reader() {
    return positions.reader();
  }

  /** Returns what this process does now, as text for the user. */
  public String doing() {
    return Optional.ofNullable(current.get()).orElse("waiting for triggers");
  }

  /**
   * Executes triggers until stopped. The caller holds the reader's lock.
   *
   * @throws RuntimeException if the process cannot continue: the broker refuses its requests, or
   *     the engine is broken
   */
  public void run(StopSignal stop) {
    lead(() -> {}, stop);
  }

  /**
   * Executes triggers until stopped, or answers parts of the runs that another process starts.
   * Fails when a lock is lost, and can then be called again.
   *
   * @throws RuntimeException if the process cannot continue, as in {@link #run}
   */
  public void share(StopSignal stop) {
    Lockable reading = Lockable.reader(database, reader());
    while (!stop.isRequested()) {
      Optional<Claim> leading = claims.tryTake(List.of(reading), stop);
      if (leading.isPresent()) {
        lead(leading.get(), stop);
      } else if (!join(stop)) {
        reading.endSilent();
        LockSupport.parkNanos(LOCK_RETRY_NANOS);
      }
    }
  }

  private void lead(Claim leading, StopSignal stop) {
    try (leading) {
      notices.accept("listening to topic " + reader().topic());
      leading.once(
          part -> {
            lead(leading::confirm, part);
            return null;
          });
    }
  }

  private boolean join(StopSignal stop) {
    Optional<RunTrigger> running =
        triggers.next(reader()).filter(next -> next.state() == RunTrigger.State.RUNNING);
    if (running.isEmpty()) {
      return false;
    }
    current.set(name(running.get()));
    try {
      return work.join(running.get(), stop);
    } finally {
      current.set(null);
    }
  }

  /**
   * @param confirm fails if another process has taken over the reader's lock
   */
  private void lead(Runnable confirm, StopSignal stop) {
    new ConcurrentJobs(stop).with(inbox::run).with(part -> work(confirm, part)).run();
  }

  private void work(Runnable confirm, StopSignal stop) {
    KafkaReader reader = reader();
    while (!stop.isRequested()) {
      Optional<RunTrigger> next = triggers.next(reader);
      if (next.isPresent()) {
        carryOut(next.get(), confirm, stop);
      } else {
        LockSupport.parkNanos(TRIGGER_POLL_NANOS);
      }
    }
  }

  private static String name(RunTrigger trigger) {
    return "trigger " + trigger.partition() + "/" + trigger.offset();
  }

  private void carryOut(RunTrigger trigger, Runnable confirm, StopSignal stop) {
    String name = name(trigger);
    current.set(name);
    notices.accept(name + ": begun");
    try {
      Optional<String> run = work.carryOut(trigger, stop);
      run.ifPresent(
          done -> {
            confirm.run();
            triggers.finish(trigger.triggerId());
            notices.accept(name + ": run " + done + " is done");
          });
    } catch (RuntimeException e) {
      if (stop.isRequested() || DatabaseOutage.isBehind(e) || isEngineBroken(e)) {
        throw e;
      }
      confirm.run();
      triggers.fail(trigger.triggerId(), firstLine(e));
      notices.accept(name + " failed: " + firstLine(e));
    } finally {
      current.set(null);
    }
  }

  /** Returns whether the engine failed: every later run would fail, too. */
  private static boolean isEngineBroken(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof EngineException) {
        return true;
      }
    }
    return false;
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
