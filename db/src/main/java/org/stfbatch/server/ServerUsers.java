package org.stfbatch.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;

/**
 * The commands that use a server. Each keeps a locked file, so that one that was killed no longer
 * counts. Every method needs the {@link HomeLock}.
 */
final class ServerUsers {

  private final Path folder;

  ServerUsers(Path folder) {
    this.folder = folder;
  }

  /** A user of the server, until removed or until its process dies. */
  record User(Path file, FileChannel channel) {}

  User add() {
    Path file = folder.resolve(ownPrefix() + UUID.randomUUID());
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      channel.lock();
      return new User(file, channel);
    } catch (IOException e) {
      throw new ServerException("cannot lock " + file + "; check the home folder", e);
    }
  }

  void remove(User user) {
    try {
      Files.deleteIfExists(user.file());
      user.channel().close();
    } catch (IOException e) {
      throw new ServerException("cannot remove " + user.file(), e);
    }
  }

  /** How many there are; forgets the dead ones. */
  int count() {
    int alive = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (isOwn(file) || isLocked(file)) {
          alive++;
        } else {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new ServerException("cannot look into " + folder, e);
    }
    return alive;
  }

  /** Files of this process are not probed: closing the probe would drop the lock they carry. */
  private static boolean isOwn(Path file) {
    return file.getFileName().toString().startsWith(ownPrefix());
  }

  private static boolean isLocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    }
  }

  /** With the start time, because in a container every start may get the same process id. */
  private static String ownPrefix() {
    ProcessHandle self = ProcessHandle.current();
    long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return self.pid() + "-" + started + "-";
  }
}
