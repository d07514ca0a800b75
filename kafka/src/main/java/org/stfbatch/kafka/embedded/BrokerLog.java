package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.stfbatch.base.IoReason;
import org.stfbatch.kafka.BrokerException;

/** What the broker writes. */
final class BrokerLog {

  private static final long LIMIT_BYTES = 10L << 20;

  private final Path file;

  BrokerLog(Path file) {
    this.file = file;
  }

  long size() {
    return file.toFile().length();
  }

  /** Puts a long log aside. */
  void limit() {
    if (size() > LIMIT_BYTES) {
      try {
        Files.move(
            file, file.resolveSibling("server.log.old"), StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new BrokerException("cannot move " + file + " (" + IoReason.of(e) + ")", e);
      }
    }
  }

  /** What was written after the log had a size. */
  String since(long position) {
    try (FileChannel log = FileChannel.open(file)) {
      return new String(
          Channels.newInputStream(log.position(position)).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /** The line that tells most about a failure. */
  static String complaint(String text) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return lines.stream()
        .filter(line -> line.startsWith("Caused by:") || line.contains("Exception:"))
        .findFirst()
        .or(() -> lines.stream().filter(line -> line.contains("ERROR")).findFirst())
        .orElse(lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1));
  }
}
