package org.stfbatch.job;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folders whose files messages may name: a relative name means the base folder and cannot leave
 * it, an absolute one must lie in one of the folders. Immutable.
 */
public final class AllowedFolders {
  private static final int SHOWN = 120;

  private final Path base;
  private final List<Path> folders;

  /**
   * @param base where relative names begin
   * @param others further folders, for absolute names
   */
  public AllowedFolders(Path base, List<Path> others) {
    this.base = base.toAbsolutePath().normalize();
    List<Path> all = new ArrayList<>(List.of(this.base));
    others.forEach(other -> all.add(other.toAbsolutePath().normalize()));
    this.folders = List.copyOf(all);
  }

  /** Where relative names begin. */
  public Path base() {
    return base;
  }

  /**
   * A name, taken apart. Nothing is opened: links may still lead out.
   *
   * @param folder one of the folders
   * @param below the rest of the name, relative to the folder
   */
  public record Place(Path folder, Path below) {
    /** Both together. */
    public Path path() {
      return folder.resolve(below);
    }
  }

  /**
   * Finds the folder that a name lies in.
   *
   * @throws InputException naming the option that would allow it
   */
  public Place place(String name) {
    Path path = path(name);
    Path target = base.resolve(path).normalize();
    if (!path.isAbsolute() && !target.startsWith(base)) {
      throw new InputException(shown(name) + " leads out of " + base + ": use a path below it");
    }
    return folders.stream()
        .filter(target::startsWith)
        .findFirst()
        .map(folder -> new Place(folder, folder.relativize(target)))
        .orElseThrow(
            () ->
                new InputException(
                    shown(name)
                        + " is an absolute path outside the allowed folders: use a path relative to "
                        + base
                        + ", or allow its folder with --allow-folder"));
  }

  /**
   * Finds what a name means, links resolved below its folder.
   *
   * @throws InputException if it is not there, or is or leads outside the folders
   */
  public Path existing(String name) {
    Place place = place(name);
    try {
      Path real = place.path().toRealPath();
      for (Path folder : folders.stream().filter(Files::isDirectory).toList()) {
        Path realFolder = folder.toRealPath();
        if (real.startsWith(realFolder)) {
          // The folder as it was given: what is stored of it must not change with a link above it.
          return folder.resolve(realFolder.relativize(real));
        }
      }
    } catch (AccessDeniedException e) {
      throw new InputException(shown(name) + " cannot be read: permission denied", e);
    } catch (IOException e) {
      throw new InputException(
          shown(name) + " cannot be read: it is not there; check its path below " + base, e);
    }
    throw new InputException(
        shown(name)
            + " is a link that leads out of the allowed folders: allow the folder of its target with"
            + " --allow-folder");
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new InputException(shown(name) + " is no file name here: " + e.getReason(), e);
    }
  }

  private static String shown(String name) {
    String start =
        name.substring(
            0, name.offsetByCodePoints(0, Math.min(SHOWN, name.codePointCount(0, name.length()))));
    return start.equals(name) ? name : start + "...";
  }
}
