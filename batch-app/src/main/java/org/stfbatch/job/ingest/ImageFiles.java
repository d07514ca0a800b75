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
import java.util.Set;
import java.util.stream.Stream;
import org.stfbatch.base.IoReason;
import org.stfbatch.job.InputException;

/**
 * The image files below a folder, in the order of their names, folder by folder. Linked folders are
 * not entered, hidden files and folders are passed over, and so is what cannot be read; {@link
 * #passedOver} counts it. Memory: the names of the folders on the way.
 */
final class ImageFiles implements Iterator<Path> {
  /** JPEG and TIFF have several, and what is in a file counts, not what it is called. */
  private static final Set<String> ENDINGS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "jif", "jfi", "pjpeg", "pjp", "png", "apng", "webp", "gif",
          "bmp", "dib", "tif", "tiff");

  private static final int LONGEST_ENDING = 12;

  private final PassedOver passedOver = new PassedOver();
  private final Deque<Iterator<Path>> folders = new ArrayDeque<>();
  private final Path root;
  private final Folders list;
  private Path next;

  /** Lists what is in a folder. */
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

  /** What has been passed over so far. */
  PassedOver passedOver() {
    return passedOver;
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
      passedOver.folder(shown(folder), IoReason.withoutFile(e));
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
      passedOver.hidden();
    } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      enter(entry);
    } else if (Files.isDirectory(entry)) {
      passedOver.linkedFolder(shown(entry));
    } else {
      visitFile(entry);
    }
  }

  private void visitFile(Path file) {
    String ending = ending(file.getFileName().toString());
    if (!ENDINGS.contains(ending)) {
      passedOver.other(ending);
    } else if (!isNameable(file)) {
      passedOver.unreadableName(shown(file));
    } else if (!Files.isRegularFile(file)) {
      passedOver.noFile(shown(file));
    } else {
      next = file;
    }
  }

  /** In small letters; empty if there is none, or what follows the last dot is no ending. */
  private static String ending(String name) {
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    boolean usual =
        ending.length() <= LONGEST_ENDING && ending.chars().allMatch(Character::isLetterOrDigit);
    return usual ? ending : "";
  }

  /**
   * Whether the name, which jobs are stored by, leads to the file. Names are bytes: those that are
   * no text in the locale's encoding do not come back from it, and several may look the same.
   */
  private boolean isNameable(Path file) {
    try {
      return root.resolve(root.relativize(file).toString()).equals(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Below the root; of a name that is no text, its bytes with percent signs. */
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
