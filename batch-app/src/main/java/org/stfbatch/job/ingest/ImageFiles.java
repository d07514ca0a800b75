package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import org.stfbatch.base.IoReason;
import org.stfbatch.image.ImageExtension;
import org.stfbatch.job.InputException;

/**
 * Iterator over the image files below a folder, sorted by name in each folder. Linked folders,
 * hidden files and folders, and unreadable entries are skipped; {@link #skipped} counts them.
 * Memory: the names of the folders on the current path.
 */
final class ImageFiles implements Iterator<Path> {
  private static final int LONGEST_ENDING = 12;

  private final SkippedEntries skipped = new SkippedEntries();
  private final Deque<Iterator<Path>> folders = new ArrayDeque<>();
  private final Path root;
  private final Folders list;
  private Path next;

  /** Lists the entries of a folder. */
  @FunctionalInterface
  interface Folders {
    Stream<Path> list(Path folder) throws IOException;
  }

  /**
   * @throws InputException if the folder itself cannot be read
   */
  ImageFiles(Path root) {
    this(root, Files::list);
  }

  /**
   * @throws InputException if the folder itself cannot be read
   */
  ImageFiles(Path root, Folders list) {
    this.root = root;
    this.list = list;
    try {
      folders.push(entries(root));
    } catch (IOException e) {
      throw new InputException(
          "the folder " + root + " cannot be listed: " + IoReason.withoutFile(e), e);
    }
    advance();
  }

  /** Returns the files below a folder as references. */
  static CaptionImages below(Path folder) {
    ImageFiles files = new ImageFiles(folder);
    return new CaptionImages() {
      @Override
      public Optional<String> next() {
        return files.hasNext()
            ? Optional.of(folder.relativize(files.next()).toString())
            : Optional.empty();
      }

      @Override
      public List<String> notes() {
        return files.skipped().notes();
      }
    };
  }

  /** Returns what has been skipped so far. */
  SkippedEntries skipped() {
    return skipped;
  }

  private Iterator<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = list.list(folder)) {
      List<Path> sorted = entries.sorted().toList();
      return sorted.iterator();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void enter(Path folder) {
    try {
      folders.push(entries(folder));
    } catch (IOException e) {
      skipped.folder(shown(folder), IoReason.withoutFile(e));
    }
  }

  private void advance() {
    next = null;
    while (next == null && !folders.isEmpty()) {
      if (!folders.peek().hasNext()) {
        folders.pop();
      } else {
        visit(folders.peek().next());
      }
    }
  }

  private void visit(Path entry) {
    if (entry.getFileName().toString().startsWith(".")) {
      skipped.hidden();
    } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      enter(entry);
    } else if (Files.isDirectory(entry)) {
      skipped.linkedFolder(shown(entry));
    } else {
      visitFile(entry);
    }
  }

  private void visitFile(Path file) {
    String ending = ending(file.getFileName().toString());
    if (!isImage(ending)) {
      skipped.other(ending);
    } else if (!isNameable(file)) {
      skipped.unreadableName(shown(file));
    } else if (!Files.isRegularFile(file)) {
      skipped.noFile(shown(file));
    } else {
      next = file;
    }
  }

  /**
   * Returns the extension in lower case; empty if there is none or what follows the last dot does
   * not look like one.
   */
  static String ending(String name) {
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    boolean usual =
        ending.length() <= LONGEST_ENDING && ending.chars().allMatch(Character::isLetterOrDigit);
    return usual ? ending : "";
  }

  /**
   * Returns whether files with an extension are images.
   *
   * @param ending in lower case
   */
  static boolean isImage(String ending) {
    return ImageExtension.KNOWN.contains(ending);
  }

  /**
   * Returns whether the stored name leads to the file. File names are bytes: names that are not
   * valid in the locale's encoding do not survive the conversion to text, and several may look the
   * same.
   */
  private boolean isNameable(Path file) {
    try {
      return root.resolve(root.relativize(file).toString()).equals(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Returns the path relative to the root; percent-encoded if the name is not valid text. */
  private String shown(Path entry) {
    Path relative = root.relativize(entry);
    if (isNameable(entry)) {
      return relative.toString();
    }
    String uri = entry.toUri().getRawPath();
    return uri.substring(uri.lastIndexOf('/', uri.length() - 2) + 1);
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Path next() {
    if (next == null) {
      throw new NoSuchElementException("no more image files");
    }
    Path file = next;
    advance();
    return file;
  }
}
