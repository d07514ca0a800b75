package org.stfbatch.job.export;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.stfbatch.base.IoReason;
import org.stfbatch.base.Shortened;
import org.stfbatch.file.SmallFile;

/**
 * Writes text files below a folder, and none outside it. Each file is replaced as a whole. For one
 * thread.
 */
final class SideFiles {
  private static final int MOST_BYTES = 16 << 20;

  private final ExistingText existing;
  private Path lastFolder;
  private Path lastReal;

  SideFiles(ExistingText existing) {
    this.existing = existing;
  }

  /** What became of a text. */
  enum Outcome {
    WRITTEN,
    UNCHANGED,
    KEPT
  }

  /** A file may not be written. The message names it and the reason. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * Writes a text.
   *
   * @param root the folder
   * @param relative the file's path below it, normalised
   * @param makes whether missing folders below the root are made
   */
  Outcome write(Path root, Path relative, boolean makes, String text)
      throws RefusedException, IOException {
    Path folder = root.resolve(relative).getParent();
    if (!folder.equals(lastFolder)) {
      lastReal = enter(root, folder, makes);
      lastFolder = folder;
    }
    Path file = lastReal.resolve(relative.getFileName());
    Optional<String> old = content(file);
    // Latin-1 keeps every byte of a file, whatever its encoding is.
    String added =
        new String(
            text.stripTrailing().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    Optional<String> wanted = wanted(old.orElse(""), added);
    if (wanted.isEmpty()) {
      return existing == ExistingText.SKIP && !isSame(old.orElse(""), added)
          ? Outcome.KEPT
          : Outcome.UNCHANGED;
    }
    SmallFile.replace(file, wanted.get().getBytes(StandardCharsets.ISO_8859_1));
    return Outcome.WRITTEN;
  }

  /** Returns the new content; empty if the file stays as it is. An empty file counts as missing. */
  private Optional<String> wanted(String old, String text) {
    String lines = text.isEmpty() ? "" : text + "\n";
    if (old.isEmpty()) {
      return Optional.of(lines);
    }
    if (isSame(old, text)) {
      return Optional.empty();
    }
    return switch (existing) {
      case SKIP -> Optional.empty();
      case OVERWRITE -> Optional.of(lines);
      case APPEND ->
          hasLines(old, text)
              ? Optional.empty()
              : Optional.of(old.endsWith("\n") ? old + lines : old + "\n" + lines);
      case PREPEND -> hasLines(old, text) ? Optional.empty() : Optional.of(lines + old);
    };
  }

  private static boolean isSame(String old, String text) {
    return old.stripTrailing().equals(text);
  }

  /** Returns whether a text has all lines of another one, one after the other. */
  private static boolean hasLines(String old, String text) {
    return ("\n" + old.replace("\r\n", "\n") + "\n").contains("\n" + text + "\n");
  }

  /** Returns the real path of a folder, which does not lead out of the root. */
  private static Path enter(Path root, Path folder, boolean makes)
      throws RefusedException, IOException {
    if (makes) {
      Files.createDirectories(root);
    }
    Path realRoot = real(root, root);
    Path real = realRoot;
    for (Path name : root.relativize(folder)) {
      Path next = real.resolve(name);
      if (makes && !Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(next);
      }
      real = real(next, folder);
      if (!real.startsWith(realRoot)) {
        throw new RefusedException(
            "the folder %s leads out of %s through a link".formatted(folder, root));
      }
    }
    if (!Files.isDirectory(real)) {
      throw new RefusedException("%s is no folder".formatted(folder));
    }
    SmallFile.deleteAbandoned(real);
    return real;
  }

  private static Path real(Path next, Path folder) throws RefusedException {
    try {
      return next.toRealPath();
    } catch (IOException e) {
      throw new RefusedException(
          "the folder %s cannot be entered (%s)".formatted(folder, IoReason.withoutFile(e)));
    }
  }

  private static Optional<String> content(Path file) throws RefusedException, IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.isSymbolicLink(file)) {
      throw new RefusedException(shown(file) + " is a link");
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new RefusedException(shown(file) + " is no file");
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new RefusedException(
            shown(file) + " has more than " + MOST_BYTES + " bytes, as no caption has");
      }
      return Optional.of(new String(bytes, StandardCharsets.ISO_8859_1));
    }
  }

  private static String shown(Path file) {
    return Shortened.given(file.toString());
  }
}
