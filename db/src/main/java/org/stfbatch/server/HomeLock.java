package org.stfbatch.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Held while a command changes who uses a server, starts it or stops it: one command of a home at a
 * time. The system releases it when a process dies.
 */
final class HomeLock {

  /**
   * By folder. File locks belong to the process and do not exclude its threads. Worse, closing any
   * channel of a file drops all of the process's locks on it, so two threads must never both open
   * the file.
   */
  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private HomeLock() {}

  /**
   * Does the work when no other command of the home is at it; everyone works within time limits.
   *
   * @param file in a folder that exists
   * @throws ServerException if the file cannot be locked
   */
  static <T> T holding(Path file, Supplier<T> work) {
    ReentrantLock threads = threads(file);
    threads.lock();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      return work.get();
    } catch (IOException e) {
      throw cannotLock(file, e);
    } finally {
      threads.unlock();
    }
  }

  /** A folder has one lock, whichever links lead to it. */
  private static ReentrantLock threads(Path file) {
    try {
      return THREADS.computeIfAbsent(file.getParent().toRealPath(), folder -> new ReentrantLock());
    } catch (IOException e) {
      throw cannotLock(file, e);
    }
  }

  private static ServerException cannotLock(Path file, IOException cause) {
    return new ServerException("cannot lock " + file + "; check the home folder", cause);
  }
}
