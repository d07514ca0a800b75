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

/** Something that one process at a time works on. */
public interface Lockable {
  /**
   * Takes its lock, if nobody has it.
   *
   * @throws org.stfbatch.db.DatabaseException if no connection can be made
   */
  Optional<LeasedLock> tryLock(String owner);

  /** Who has its lock now. */
  Optional<Lease> holder();

  /** What to tell a user who cannot get it: what the holder does, and the cure. */
  String busy(String holder);

  /**
   * Lets others take the lock of a process that stands still, which then learns that it has lost
   * it. Only where the work of two at a time does no harm.
   */
  default void endSilent() {}

  /** The answering of a run. */
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

  /** A worker's part in the answering of a run. */
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
   * The answering of a run, or a part in it.
   *
   * @param worker that shares the run; empty for a process that has it for itself
   */
  static Lockable answering(Database database, Run run, Optional<Worker> worker) {
    return worker.map(one -> worker(database, run, one)).orElseGet(() -> run(database, run));
  }

  /** The reading of a topic in the name of a group. */
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

  /** The publishing of a shared run's outcomes to a topic. */
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

  /** How this process is described to others. */
  static String thisProcess() {
    return "process "
        + ProcessHandle.current().pid()
        + " on "
        + LocalHost.name().orElse("an unnamed host");
  }
}
