package org.stfbatch.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Resolves paths through symbolic links, whether or not the target exists. */
final class Location {
  /** The limit of Linux (path_resolution(7)). */
  private static final int MOST_LINKS = 40;

  private Location() {}

  /**
   * Returns the absolute path that writing to {@code path} would write to, without links. The part
   * that does not exist keeps its name below the deepest folder that does.
   *
   * @throws IOException if links lead in a circle, or a folder on the way cannot be read
   */
  static Path of(Path path) throws IOException {
    Path at = path.toAbsolutePath();
    for (int links = 0; links <= MOST_LINKS; links++) {
      if (Files.exists(at)) {
        // The target of a shell's pipe, such as /proc/self/fd/1, has no path.
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

  /**
   * Returns whether two paths name the same file: by name, by link, by hard link, or on a
   * case-insensitive file system.
   */
  static boolean same(Path one, Path other) throws IOException {
    if (one.equals(other)) {
      return true;
    }
    if (Files.exists(one) && Files.exists(other)) {
      return Files.isSameFile(one, other);
    }
    return one.toString().equalsIgnoreCase(other.toString()) && ignoresCase(one);
  }

  /** Returns whether the file system finds a folder under its name in the other case. */
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
