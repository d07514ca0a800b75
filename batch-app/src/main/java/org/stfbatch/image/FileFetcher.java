package org.stfbatch.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files below a root folder, and no other: a file is opened first and checked through its
 * handle, so that a link that is swapped in meanwhile has no effect.
 */
final class FileFetcher {
  private final long maxBytes;
  private final boolean followLinks;

  /**
   * @param followLinks whether links below the root may lead outside it
   */
  FileFetcher(long maxBytes, boolean followLinks) {
    this.maxBytes = maxBytes;
    this.followLinks = followLinks;
  }

  byte[] fetch(ImageSource.File source) throws ImageException {
    Path root = source.root().toAbsolutePath().normalize();
    Path target = target(source, root);
    try (OpenedFile file = OpenedFile.open(target)) {
      if (!followLinks && !file.location().startsWith(root.toRealPath())) {
        throw linkedOutside(source);
      }
      BasicFileAttributes attributes = file.attributes();
      if (!attributes.isRegularFile()) {
        throw ImageException.permanent(
            ImageErrorCode.IMAGE_UNREADABLE,
            source.displayName() + " is not a file: name an image file");
      }
      return read(source, file, attributes.size());
    } catch (OpenedFile.AwayException e) {
      throw away(source, e.getReason(), e);
    } catch (NoSuchFileException e) {
      throw notFound(source, root, e);
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  /**
   * Resolves a path as os.path.join does: an absolute path stays as it is, but it must also lie
   * below the root.
   */
  private static Path target(ImageSource.File source, Path root) throws ImageException {
    Path target;
    try {
      target = root.resolve(source.relativePath()).normalize();
    } catch (InvalidPathException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE, "not a valid file name: " + e.getReason(), e);
    }
    if (!target.startsWith(root) && !isBelowRealRoot(target, root)) {
      throw outside(source);
    }
    return target;
  }

  private static boolean isBelowRealRoot(Path target, Path root) {
    try {
      return target.startsWith(root.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads the file with the limit enforced: it may grow after its size was checked. */
  private byte[] read(ImageSource.File source, OpenedFile file, long size)
      throws IOException, ImageException {
    if (size > maxBytes) {
      throw FetchErrors.tooManyBytes(source, size, maxBytes);
    }
    try (InputStream in = file.read()) {
      byte[] data = in.readNBytes((int) maxBytes);
      if (in.read() >= 0) {
        throw FetchErrors.tooManyBytes(source, file.attributes().size(), maxBytes);
      }
      return data;
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      // The file exists and is open: the failure is the disk's or the file server's.
      throw away(source, reason(e), e);
    }
  }

  private static ImageException notFound(
      ImageSource.File source, Path root, NoSuchFileException cause) {
    String what = source.displayName() + " not found below " + root;
    return isThere(root)
        ? ImageException.permanent(
            ImageErrorCode.IMAGE_NOT_FOUND, what + ": check the name or the folder", cause)
        : ImageException.transientError(
            ImageErrorCode.IMAGE_NOT_FOUND,
            what + ", which is missing or empty as a whole: check the folder or its mount",
            cause);
  }

  /** Returns whether the root is available: a missing mount leaves no folder, or an empty one. */
  static boolean isThere(Path root) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      return entries.iterator().hasNext();
    } catch (AccessDeniedException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static ImageException outside(ImageSource.File source) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_OUTSIDE_FOLDER,
        source.displayName()
            + " leads out of the image folder "
            + source.root()
            + ": use a path below it");
  }

  private static ImageException linkedOutside(ImageSource.File source) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_OUTSIDE_FOLDER,
        source.displayName()
            + " leads out of the image folder "
            + source.root()
            + " through a link: use a path below it, or allow such links with --follow-links");
  }

  private static ImageException away(ImageSource.File source, String reason, IOException cause) {
    return ImageException.transientError(
        ImageErrorCode.IMAGE_UNREADABLE,
        source.displayName() + " cannot be read (" + reason + "): check the disk or the mount",
        cause);
  }

  private static ImageException unreadable(ImageSource.File source, IOException e) {
    return ImageException.permanent(
        ImageErrorCode.IMAGE_UNREADABLE,
        source.displayName() + " cannot be read (" + reason(e) + "): check the file",
        e);
  }

  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException known && known.getReason() != null) {
      return known.getReason();
    }
    return e.getMessage() == null ? "input/output error" : e.getMessage();
  }
}
