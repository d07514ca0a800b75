package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.job.InputException;

class ImageFilesTest {
  @TempDir private Path folder;

  @Test
  void imagesAreTakenByAnyOfTheirEndings() throws IOException {
    List<String> names =
        List.of(
            "a.jfif", "b.jpe", "c.JPG", "d.jif", "e.pjpeg", "f.dib", "g.TIF", "h.webp", "i.apng");
    for (String name : names) {
      Files.createFile(folder.resolve(name));
    }

    ImageFiles files = new ImageFiles(folder);

    assertThat(rest(files)).isEqualTo(names);
    assertThat(files.skipped().notes()).isEmpty();
  }

  @Test
  void whatIsPassedOverIsCounted() throws IOException {
    Files.createDirectories(folder.resolve("sub/.git"));
    for (String name :
        List.of("a.png", "b.txt", "sub/c.TXT", "d.svg", "README", ".e.png", "v1.2 final")) {
      Files.createFile(folder.resolve(name));
    }
    Files.createSymbolicLink(folder.resolve("sub/loop"), folder);
    Files.createSymbolicLink(folder.resolve("nowhere.png"), Path.of("missing.png"));
    Files.createSymbolicLink(folder.resolve("there.png"), Path.of("a.png"));

    ImageFiles files = new ImageFiles(folder);

    assertThat(rest(files)).containsExactly("a.png", "there.png");
    assertThat(files.skipped().notes())
        .containsExactly(
            "1 linked folder not entered: sub/loop",
            "1 skipped that is not a regular file: nowhere.png",
            "5 other files skipped: 2 without a known extension, 1 .svg, 2 .txt",
            "2 hidden entries skipped");
  }

  @Test
  void namesThatAreNoTextAreNamedByTheirBytes() throws IOException {
    Files.createFile(folder.resolve("a.png"));
    Path latin = Path.of(URI.create(folder.toUri() + "caf%E9"));
    Files.createDirectory(latin);
    for (String name : List.of("caf%E9.png", "caf%E8.png", "caf%E9/x.png")) {
      Files.createFile(Path.of(URI.create(folder.toUri() + name)));
    }

    ImageFiles files = new ImageFiles(folder);

    assertThat(rest(files)).containsExactly("a.png");
    assertThat(files.skipped().notes())
        .singleElement()
        .asString()
        .startsWith("3 files skipped whose names are not UTF-8")
        .contains("caf%E8.png", "caf%E9.png");
  }

  @Test
  void aFolderThatCannotBeListedEndsNothing() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.createDirectories(folder.resolve("b"));
    for (String name : List.of("a/1.png", "a/2.png", "b/3.png", "c.png")) {
      Files.createFile(folder.resolve(name));
    }
    ImageFiles files =
        new ImageFiles(
            folder,
            entered -> {
              if (entered.endsWith("b")) {
                throw new AccessDeniedException(entered.toString());
              }
              return Files.list(entered);
            });

    assertThat(rest(files)).containsExactly("a/1.png", "a/2.png", "c.png");
    assertThat(files.skipped().notes())
        .containsExactly("1 unreadable folder: b (permission denied)");
  }

  @Test
  void theFolderItselfMustBeReadable() {
    assertThatThrownBy(() -> new ImageFiles(folder.resolve("missing")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("missing cannot be listed");
  }

  private List<String> rest(ImageFiles files) {
    List<String> names = new ArrayList<>();
    while (files.hasNext()) {
      names.add(folder.relativize(files.next()).toString());
    }
    return names;
  }
}
