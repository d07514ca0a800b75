package org.stfbatch.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLogTest {

  private static final Pattern CAUSE = Pattern.compile("^cause:");
  private static final Pattern ERROR = Pattern.compile("ERROR");

  @TempDir Path folder;

  @Test
  void theMostTellingLineIsTheComplaint() {
    String text = "begin\n ERROR first\ncause: a\ncause: b\nend\n\n";

    assertThat(ServerLog.complaint(text, CAUSE, ERROR)).contains("cause: a");
    assertThat(ServerLog.complaint(text, ERROR)).contains("ERROR first");
    assertThat(ServerLog.complaint(text)).contains("end");
    assertThat(ServerLog.complaint("\n \n", CAUSE)).isEmpty();
  }

  @Test
  void aLongLogIsPutAsideInPlaceOfTheOneBefore() throws IOException {
    Path file = Files.writeString(folder.resolve("server.log"), "short");
    Path old = Files.writeString(folder.resolve("server.log.old"), "before");
    ServerLog log = new ServerLog(file);

    log.limit();
    assertThat(file).hasContent("short");

    try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
      grown.setLength((10L << 20) + 1);
    }
    log.limit();
    assertThat(file).doesNotExist();
    assertThat(old).hasSize((10L << 20) + 1);
    assertThat(log.size()).isZero();
  }

  @Test
  void whatOneStartSaidIsFoundBehindWhatTheOthersDid() throws IOException {
    Path file = Files.writeString(folder.resolve("server.log"), "before\n");
    ServerLog log = new ServerLog(file);
    long size = log.size();

    Files.writeString(file, "now\n", StandardOpenOption.APPEND);

    assertThat(log.since(size)).isEqualTo("now\n");
  }
}
