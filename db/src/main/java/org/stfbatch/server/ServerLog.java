package org.stfbatch.server;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.stfbatch.base.IoReason;

/** What a server writes, over all its starts. */
public final class ServerLog {

  private static final long LIMIT_BYTES = 10L << 20;

  private final Path file;

  /**
   * @param file need not exist
   */
  public ServerLog(Path file) {
    this.file = file;
  }

  /** In bytes; 0 if there is none. */
  public long size() {
    return file.toFile().length();
  }

  /**
   * Puts a long log aside, in place of the one before. Not while the server runs.
   *
   * @throws ServerException if that fails
   */
  public void limit() {
    if (size() > LIMIT_BYTES) {
      try {
        Files.move(
            file, file.resolveSibling("server.log.old"), StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new ServerException("cannot move " + file, e);
      }
    }
  }

  /** What was written after the log had a size; the reason if it cannot be read. */
  public String since(long size) {
    try (FileChannel log = FileChannel.open(file)) {
      return new String(
          Channels.newInputStream(log.position(size)).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "no log: " + IoReason.of(e);
    }
  }

  /**
   * The line that tells most about a failure, if there is any.
   *
   * @param text of a log
   * @param marks of telling lines, the most telling first; without them the last line is it
   */
  public static Optional<String> complaint(String text, Pattern... marks) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return Stream.of(marks)
        .flatMap(mark -> lines.stream().filter(mark.asPredicate()).limit(1))
        .findFirst()
        .or(() -> lines.stream().reduce((before, last) -> last));
  }
}
