package org.stfbatch.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  private static final byte[] TEXT = "new\n".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  private Stream<String> names() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList().stream();
    }
  }

  @Test
  void theOlderFileStaysUntilTheNewOneIsComplete() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old\n");

    try (WholeFile whole = WholeFile.begin(file)) {
      whole.stream().write(TEXT);
      assertThat(file).hasContent("old\n");
    }
    assertThat(file).as("dropped").hasContent("old\n");
    WholeFile.write(file, out -> out.write(TEXT));

    assertThat(file).hasContent("new\n");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void contentThatCannotBeMadeLeavesTheOlderFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old\n");

    assertThatThrownBy(
            () ->
                WholeFile.writeChannel(
                    file,
                    out -> {
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("No space left");

    assertThat(file).hasContent("old\n");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void aFullDeviceIsNamed() throws IOException {
    Path full = Path.of("/dev/full");

    assertThatThrownBy(() -> WholeFile.write(full, out -> out.write(TEXT)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(full.toString())
        .hasMessageContaining("No space left");
    assertThatThrownBy(() -> WholeFile.writeChannel(full, out -> {}))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("device");
  }

  @Test
  void linksStayLinksEvenThoseThatLeadToNothingYet() throws IOException {
    Path target = folder.resolve("target");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));

    WholeFile.write(link, out -> out.write(TEXT));

    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("new\n");
  }

  @Test
  void twoThatWriteTheSameFileDoNotMixAndWhatAKilledOneLeftIsDeleted() throws IOException {
    Path file = folder.resolve("file");
    Path abandoned = Files.writeString(folder.resolve("file.0123456789abcdef.partial"), "half");
    Path kept = Files.writeString(folder.resolve("file.partial"), "somebody's");

    try (WholeFile first = WholeFile.begin(file);
        WholeFile second = WholeFile.begin(file)) {
      assertThat(abandoned).doesNotExist();
      first.stream().write(TEXT);
      second.stream().write(TEXT);
      second.stream().write(TEXT);
      first.commit();
      assertThat(file).hasContent("new\n");
      second.commit();
    }

    assertThat(file).hasContent("new\nnew\n");
    assertThat(kept).hasContent("somebody's");
    assertThat(names()).containsExactly("file", "file.partial");
  }

  @Test
  void aLockedPartialFileIsNotTakenForAbandoned() throws IOException {
    Path running = Files.writeString(folder.resolve("file.0123456789abcdef.partial"), "half");
    try (FileChannel channel = FileChannel.open(running, StandardOpenOption.WRITE)) {
      channel.lock();
      WholeFile.write(folder.resolve("file"), out -> out.write(TEXT));
      assertThat(running).hasContent("half");
    }
  }

  @Test
  void theLongestNameCanBeWritten() throws IOException {
    Path file = folder.resolve("é".repeat(127));

    WholeFile.write(file, out -> out.write(TEXT));

    assertThat(file).hasContent("new\n");
  }
}
