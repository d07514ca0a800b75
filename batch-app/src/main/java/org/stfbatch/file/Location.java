package org.stfbatch.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Where a path leads: links followed, whether or not there is something at their end. */
final class Location {
  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

  private Location() {}

  /**
   * The place that writing to a path would write to: absolute, without links. What does not exist
   * keeps its name below the deepest folder that does.
   *
   * @throws IOException if links lead in a circle, or a folder on the way cannot be read
   */
  static Path of(Path path) throws IOException {
    Path at = path.toAbsolutePath();
    for (int links = 0; links <= MOST_LINKS; links++) {
      if (Files.exists(at)) {
        // What a pipe of the shell's leads to has no name.
        boolean named = Files.isRegularFile(at) || Files.isDirectory(at);
        return named ? at.toRealPath() : at;
      }
      if (!Files.isSymbolicLink(at)) {
        return below(at);
      }
      at = at.resolveSibling(Files.readSymbolicLink(at));
    }
    throw new FileSystemException(path.toString(), null, "its links lead in a circle");
  }

  private static Path below(Path missing) throws IOException {
    Path parent = missing.getParent();
    if (parent == null || missing.getFileName() == null) {
      return missing.normalize();
    }
    return of(parent).resolve(missing.getFileName()).normalize();
  }

  /** Whether two places are one: by name, by link, by hard link, or by the file system's case. */
  static boolean same(Path one, Path other) throws IOException {
    if (one.equals(other)) {
      return true;
    }
    if (Files.exists(one) && Files.exists(other)) {
      return Files.isSameFile(one, other);
    }
    return one.toString().equalsIgnoreCase(other.toString()) && ignoresCase(one);
  }

  /** Asks the file system for a folder under a name in the other case. */
  private static boolean ignoresCase(Path path) throws IOException {
    for (Path at = path.getParent(); at != null && at.getFileName() != null; at = at.getParent()) {
      String name = at.getFileName().toString();
      String upper = name.toUpperCase(Locale.ROOT);
      Path swapped = at.resolveSibling(upper.equals(name) ? name.toLowerCase(Locale.ROOT) : upper);
      if (Files.exists(at) && !swapped.equals(at)) {
        return Files.exists(swapped) && Files.isSameFile(at, swapped);
      }
    }
    return false;
  }
}
