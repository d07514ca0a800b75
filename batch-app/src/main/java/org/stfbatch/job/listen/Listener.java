package org.stfbatch.job.listen;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.stfbatch.db.Database;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.Outage;
import org.stfbatch.db.RunTrigger;
import org.stfbatch.db.RunTriggerStore;
import org.stfbatch.engine.EngineException;
import org.stfbatch.job.BatchRuntime;
import org.stfbatch.job.Claim;
import org.stfbatch.job.KafkaConnection;
import org.stfbatch.job.Lockable;
import org.stfbatch.job.StopSignal;
import org.stfbatch.job.Together;
import org.stfbatch.job.intake.TopicPositions;

/**
 * Starts a run for each message of a topic, one at a time and never twice, until stopped. The run
 * of a message that was begun and not finished is gone on with first. The caller holds the reader's
 * lock.
 */
public final class Listener {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final TopicPositions positions;
  private final TriggerInbox inbox;
  private final TriggerWork work;
  private final RunTriggerStore triggers;
  private final Consumer<String> notices;
  private final AtomicReference<String> current = new AtomicReference<>();

  /**
   * @param answering with a model that stays
   * @param notices gets lines for people
   */
  public Listener(
      Database database,
      KafkaConnection kafka,
      ListenSettings settings,
      Answering answering,
      Consumer<String> notices) {
    BatchRuntime batch = new BatchRuntime(database.dataSource());
    this.positions = new TopicPositions(database.dataSource(), settings.group(), settings.topic());
    this.inbox = new TriggerInbox(batch, kafka, positions);
    this.work = new TriggerWork(database, batch, kafka, settings, answering);
    this.triggers = new RunTriggerStore(database.dataSource());
    this.notices = notices;
  }

  /** Whose lock the caller holds. */
  public KafkaReader reader() {
    return positions.reader();
  }

  /** What is being done now, for people. */
  public String doing() {
    return Optional.ofNullable(current.get()).orElse("waiting for triggers");
  }

  /**
   * Listens until stopped.
   *
   * @param claims takes locks for a run
   * @throws RuntimeException if it could not go on: the broker refuses, or the engine is broken
   */
  public void run(BiFunction<List<Lockable>, StopSignal, Claim> claims, StopSignal stop) {
    new Together(stop).with(inbox::run).with(part -> work(claims, part)).run();
  }

  private void work(BiFunction<List<Lockable>, StopSignal, Claim> claims, StopSignal stop) {
    KafkaReader reader = reader();
    while (!stop.isRequested()) {
      Optional<RunTrigger> next = triggers.next(reader);
      if (next.isPresent()) {
        carryOut(next.get(), claims, stop);
      } else {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
  }

  private void carryOut(
      RunTrigger trigger, BiFunction<List<Lockable>, StopSignal, Claim> claims, StopSignal stop) {
    String name = "trigger " + trigger.partition() + "/" + trigger.offset();
    current.set(name);
    notices.accept(name + ": begun");
    try {
      Optional<String> run = work.carryOut(trigger, claims, stop);
      run.ifPresent(
          done -> {
            triggers.finish(trigger.triggerId());
            notices.accept(name + ": run " + done + " is done");
          });
    } catch (RuntimeException e) {
      if (stop.isRequested() || Outage.isBehind(e) || isEngineBroken(e)) {
        throw e;
      }
      triggers.fail(trigger.triggerId(), firstLine(e));
      notices.accept(name + " failed: " + firstLine(e));
    } finally {
      current.set(null);
    }
  }

  /** No later run would fare better. */
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
