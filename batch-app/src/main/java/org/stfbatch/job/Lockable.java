package org.stfbatch.job;

import java.util.Optional;
import org.stfbatch.base.LocalHost;
import org.stfbatch.base.Plural;
import org.stfbatch.db.Database;
import org.stfbatch.db.KafkaReader;
import org.stfbatch.db.Lease;
import org.stfbatch.db.LeasedLock;
import org.stfbatch.db.PublisherLock;
import org.stfbatch.db.ReaderLock;
import org.stfbatch.db.Run;
import org.stfbatch.db.RunLock;
import org.stfbatch.db.Worker;
import org.stfbatch.db.WorkerLock;
import org.stfbatch.db.WorkerStore;

/** Work that one process at a time may do, protected by a leased advisory lock. */
public interface Lockable {
  /**
   * Takes the lock if it is free.
   *
   * @throws org.stfbatch.db.DatabaseException if no connection can be made
   */
  Optional<LeasedLock> tryLock(String owner);

  /** Returns the current holder of the lock. */
  Optional<Lease> holder();

  /** Returns the message for a user who cannot get the lock: what the holder does, and the cure. */
  String busy(String holder);

  /**
   * Releases the lock of a holder whose heartbeats have stopped; the holder then detects that it
   * has lost the lock. Implemented only for work that two processes can do at once without harm.
   */
  default void endSilent() {}

  /** Answering a run, by one process alone. */
  static Lockable run(Database database, Run run) {
    return new Lockable() {
      @Override
      public Optional<LeasedLock> tryLock(String owner) {
        return RunLock.tryAcquire(database, run.runId(), owner).map(LeasedLock.class::cast);
      }

      @Override
      public Optional<Lease> holder() {
        return RunLock.holders(database, run.runId()).stream().findFirst();
      }

      @Override
      public String busy(String holder) {
        int workers = new WorkerStore(database.dataSource()).alive(run.runId()).size();
        return workers == 0
            ? "run %s is being answered by %s: wait for it, or stop it"
                .formatted(run.name(), holder)
            : "run %s is being answered by %s, such as %s: join in with infer --share, wait, or stop all of them"
                .formatted(run.name(), Plural.of(workers, "worker"), holder);
      }
    };
  }

  /** Answering a part of a shared run, as one of its workers. */
  static Lockable worker(Database database, Run run, Worker worker) {
    return new Lockable() {
      @Override
      public Optional<LeasedLock> tryLock(String owner) {
        return WorkerLock.tryAcquire(database, worker, owner).map(LeasedLock.class::cast);
      }

      @Override
      public Optional<Lease> holder() {
        return WorkerLock.holder(database, worker).or(() -> RunLock.holder(database, run.runId()));
      }

      @Override
      public String busy(String holder) {
        return "run %s is being answered by %s, which does not share it: wait for it, or stop it and start it with --share"
            .formatted(run.name(), holder);
      }
    };
  }

  /**
   * Answering a run or a part of it.
   *
   * @param worker of a shared run; empty for a process that answers the run alone
   */
  static Lockable answering(Database database, Run run, Optional<Worker> worker) {
    return worker.map(one -> worker(database, run, one)).orElseGet(() -> run(database, run));
  }

  /** Reading a topic for a consumer group. */
  static Lockable reader(Database database, KafkaReader reader) {
    return new Lockable() {
      @Override
      public Optional<LeasedLock> tryLock(String owner) {
        return ReaderLock.tryAcquire(database, reader, owner).map(LeasedLock.class::cast);
      }

      @Override
      public Optional<Lease> holder() {
        return ReaderLock.holder(database, reader);
      }

      @Override
      public void endSilent() {
        ReaderLock.endSilent(database, reader);
      }

      @Override
      public String busy(String holder) {
        return "topic %s is being read for group %s by %s: wait for it, stop it, or give another --group"
            .formatted(reader.topic(), reader.group(), holder);
      }
    };
  }

  /** Publishing a shared run's outcomes to a topic. */
  static Lockable publisher(Database database, Run run, String topic) {
    return new Lockable() {
      @Override
      public Optional<LeasedLock> tryLock(String owner) {
        return PublisherLock.tryAcquire(database, run, topic, owner).map(LeasedLock.class::cast);
      }

      @Override
      public Optional<Lease> holder() {
        return PublisherLock.holder(database, run, topic);
      }

      @Override
      public void endSilent() {
        PublisherLock.endSilent(database, run, topic);
      }

      @Override
      public String busy(String holder) {
        return "run %s is being published to topic %s by %s".formatted(run.name(), topic, holder);
      }
    };
  }

  /** Returns how this process is named in the messages of other processes. */
  static String thisProcess() {
    return "process "
        + ProcessHandle.current().pid()
        + " on "
        + LocalHost.name().orElse("an unnamed host");
  }
}
