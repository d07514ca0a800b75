package org.stfbatch.job;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Allow-list of folders for file names in messages: resolves a relative name against the base
 * folder, which it must not leave, and accepts an absolute name only below one of the folders.
 * Immutable.
 */
public final class AllowedFolders {
  private static final int SHOWN = 120;

  private final Path base;
  private final List<Path> folders;

  /**
   * @param base folder against which relative names are resolved
   * @param others further folders, for absolute names
   */
  public AllowedFolders(Path base, List<Path> others) {
    this.base = base.toAbsolutePath().normalize();
    List<Path> all = new ArrayList<>(List.of(this.base));
    others.forEach(other -> all.add(other.toAbsolutePath().normalize()));
    this.folders = List.copyOf(all);
  }

  /** Returns the folder against which relative names are resolved. */
  public Path base() {
    return base;
  }

  /**
   * An allowed name, split into its folder and the rest. No file is opened, so symbolic links may
   * still lead outside the folder.
   *
   * @param folder one of the allowed folders
   * @param below the rest of the name, relative to the folder
   */
  public record Place(Path folder, Path below) {
    /** Returns the complete path. */
    public Path path() {
      return folder.resolve(below);
    }
  }

  /**
   * Finds the allowed folder of a name.
   *
   * @throws InputException if it is in none of them; the message names the option that allows it
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
   * Resolves a name to an existing file or folder, with symbolic links resolved below its allowed
   * folder.
   *
   * @throws InputException if it does not exist, or it or the target of a link is outside the
   *     allowed folders
   */
  public Path existing(String name) {
    Place place = place(name);
    try {
      Path real = place.path().toRealPath();
      for (Path folder : folders.stream().filter(Files::isDirectory).toList()) {
        Path realFolder = folder.toRealPath();
        if (real.startsWith(realFolder)) {
          // Keep the folder as it was given: the stored path must not depend on symbolic links
          // above it.
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
      throw new InputException(shown(name) + " is not a valid file name: " + e.getReason(), e);
    }
  }

  private static String shown(String name) {
    String start =
        name.substring(
            0, name.offsetByCodePoints(0, Math.min(SHOWN, name.codePointCount(0, name.length()))));
    return start.equals(name) ? name : start + "...";
  }
}
