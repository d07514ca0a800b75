package org.stfbatch.job.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.job.export.SideFiles.Outcome;
import org.stfbatch.job.export.SideFiles.RefusedException;

class SideFilesTest {
  @TempDir private Path temp;
  private Path root;

  @BeforeEach
  void makeRoot() throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SKIP | old~ | new | old~ | KEPT",
        "SKIP | new~~ | new | new~~ | UNCHANGED",
        "OVERWRITE | old~ | new | new~ | WRITTEN",
        "OVERWRITE | new | new | new | UNCHANGED",
        "APPEND | old | new | old~new~ | WRITTEN",
        "APPEND | old~ | a~b | old~a~b~ | WRITTEN",
        "APPEND | old~new~later~ | new | old~new~later~ | UNCHANGED",
        "APPEND | renewed~ | new | renewed~new~ | WRITTEN",
        "PREPEND | old~ | new | new~old~ | WRITTEN",
        "PREPEND | new~old | new | new~old | UNCHANGED",
      })
  void whatIsThereDecidesWhatIsWritten(
      ExistingText existing, String old, String text, String content, Outcome outcome)
      throws Exception {
    Path file = Files.writeString(root.resolve("a.txt"), lines(old));

    assertThat(write(existing, "a.txt", lines(text))).isEqualTo(outcome);

    assertThat(Files.readString(file)).isEqualTo(lines(content));
    // Repeating it, as after an interruption, changes nothing more.
    assertThat(write(existing, "a.txt", lines(text))).isNotEqualTo(Outcome.WRITTEN);
    assertThat(Files.readString(file)).isEqualTo(lines(content));
  }

  private static String lines(String text) {
    return text.replace('~', '\n');
  }

  @Test
  void bytesOfAnotherEncodingStay() throws Exception {
    byte[] latin1 = {(byte) 0xe4, '\r', '\n'};
    Path file = Files.write(root.resolve("a.txt"), latin1);

    write(ExistingText.APPEND, "a.txt", "\u00e4");

    assertThat(file)
        .hasBinaryContent(new byte[] {(byte) 0xe4, '\r', '\n', (byte) 0xc3, (byte) 0xa4, '\n'});
  }

  @Test
  void nothingIsWrittenOutsideTheFolder() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Path victim = Files.writeString(outside.resolve("a.txt"), "victim");
    Files.createSymbolicLink(root.resolve("out"), outside);
    Files.createSymbolicLink(root.resolve("link.txt"), victim);
    Files.createDirectory(root.resolve("folder.txt"));
    Files.createDirectory(root.resolve("sub"));
    Files.createSymbolicLink(root.resolve("inside"), root.resolve("sub"));

    refuses("out/a.txt", "leads out of");
    refuses("out/new/a.txt", "leads out of");
    refuses("link.txt", "link.txt is a link");
    refuses("folder.txt", "folder.txt is no file");
    assertThat(write(ExistingText.OVERWRITE, "inside/a.txt", "new")).isEqualTo(Outcome.WRITTEN);

    assertThat(victim).hasContent("victim");
    assertThat(outside.resolve("new")).doesNotExist();
    assertThat(root.resolve("sub/a.txt")).hasContent("new\n");
  }

  private void refuses(String name, String reason) {
    assertThatThrownBy(() -> write(ExistingText.OVERWRITE, name, "new"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void whatAKilledExportLeftIsRemoved() throws Exception {
    Path left = Files.writeString(root.resolve(".b.txt.0123456789abcdef.partial"), "half");
    Files.writeString(root.resolve("b.txt"), "");

    assertThat(write(ExistingText.SKIP, "b.txt", "whole")).isEqualTo(Outcome.WRITTEN);

    assertThat(left).doesNotExist();
    try (Stream<Path> all = Files.list(root)) {
      assertThat(all).containsExactly(root.resolve("b.txt"));
    }
    assertThat(root.resolve("b.txt")).hasContent("whole\n");
  }

  private Outcome write(ExistingText existing, String name, String text)
      throws RefusedException, IOException {
    return new SideFiles(existing).write(root, Path.of(name), true, text);
  }
}
