package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;

/**
 * Held while a command changes who uses the broker, starts it or stops it: one command of a home at
 * a time. The system releases it when a process dies.
 */
final class HomeLock {

  /**
   * File locks belong to the process and do not exclude its threads. Worse, closing any channel of
   * a file drops all of the process's locks on it, so two threads must never both open the file.
   */
  private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

  private HomeLock() {}

  /**
   * Does the work when no other command of the home is at it; everyone works within time limits.
   */
  static <T> T holding(Path file, Supplier<T> work) {
    THIS_PROCESS.lock();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      return work.get();
    } catch (IOException e) {
      throw new BrokerException(
          "cannot lock " + file + "; check the home folder (" + IoReason.of(e) + ")", e);
    } finally {
      THIS_PROCESS.unlock();
    }
  }
}
