package org.stfbatch.job.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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

/**
 * The image files below a folder, in the order of their names, folder by folder. Linked folders are
 * not entered, hidden files and folders are passed over. Memory: the names of the folders on the
 * way.
 */
final class ImageFiles implements Iterator<Path> {
  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff");

  private final Deque<Iterator<Path>> folders = new ArrayDeque<>();
  private Path next;

  ImageFiles(Path root) {
    enter(root);
    advance();
  }

  private void enter(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> sorted = entries.sorted().toList();
      folders.push(sorted.iterator());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the folder " + folder, e);
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
      return;
    }
    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      enter(entry);
    } else if (isImage(entry)) {
      next = entry;
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return ENDINGS.contains(ending) && Files.isRegularFile(file);
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
