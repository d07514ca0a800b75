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
 * Folders that appear under their name whole and on disk, or not at all, whenever the process or
 * the machine dies.
 */
public final class DurableFolder {
  private static final String UNFINISHED = ".unfinished";

  private DurableFolder() {}

  /** Fills an empty folder. */
  public interface Filler {
    void fill(Path folder) throws IOException;
  }

  /**
   * Makes a folder that is not there yet.
   *
   * @throws IOException if it cannot be written; nothing has the name then
   */
  public static void create(Path folder, Filler filler) throws IOException {
    Path target = folder.toAbsolutePath();
    Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
    delete(unfinished);
    Files.createDirectories(unfinished);
    filler.fill(unfinished);
    for (Path path : contents(unfinished)) {
      force(path);
    }
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    force(target.getParent());
  }

  /** Deletes what calls that did not come to their end have left in a folder. */
  public static void deleteUnfinished(Path parent) throws IOException {
    try (Stream<Path> paths = Files.list(parent)) {
      for (Path path : paths.filter(path -> path.toString().endsWith(UNFINISHED)).toList()) {
        delete(path);
      }
    }
  }

  /**
   * Deletes a folder that may not be there. It first loses its name, so it is never seen halved.
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

  /** Everything in a folder and the folder itself, what is inside before what it is in. */
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
