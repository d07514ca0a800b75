package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Atomic creation of folders: a folder appears under its name complete and synced to disk, or not
 * at all, even if the process or the machine crashes.
 */
public final class DurableFolder {
  private static final String UNFINISHED = ".unfinished";

  private DurableFolder() {}

  /** Fills an empty folder. */
  public interface Filler {
    void fill(Path folder) throws IOException;
  }

  /**
   * Creates a folder that does not exist.
   *
   * @throws IOException if it cannot be written; the name then does not exist
   */
  public static void create(Path folder, Filler filler) throws IOException {
    Path target = folder.toAbsolutePath();
    Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
    delete(unfinished);
    Files.createDirectories(unfinished);
    try {
      filler.fill(unfinished);
    } catch (IOException | RuntimeException e) {
      delete(unfinished);
      throw e;
    }
    for (Path path : contents(unfinished)) {
      force(path);
    }
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    force(target.getParent());
  }

  /** Deletes temporary folders of interrupted calls in a parent folder. */
  public static void deleteUnfinished(Path parent) throws IOException {
    try (Stream<Path> paths = Files.list(parent)) {
      for (Path path : paths.filter(path -> path.toString().endsWith(UNFINISHED)).toList()) {
        delete(path);
      }
    }
  }

  /**
   * Deletes a folder, if it exists. Renames it first, so that no partially deleted folder has its
   * name.
   */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Path target = folder.toAbsolutePath();
    Path unfinished = target;
    if (!target.toString().endsWith(UNFINISHED)) {
      unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
      delete(unfinished);
      Files.move(target, unfinished, StandardCopyOption.ATOMIC_MOVE);
    }
    for (Path path : contents(unfinished)) {
      Files.delete(path);
    }
  }

  /** Returns a folder and its contents, contents before their folders. */
  private static List<Path> contents(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
