package org.stfbatch.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files below a root folder, and nothing outside it. */
final class FileFetcher {
  private final long maxBytes;

  FileFetcher(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  byte[] fetch(ImageSource.File source) throws ImageException {
    Path file = locate(source);
    try {
      if (!Files.isRegularFile(file)) {
        throw ImageException.permanent(
            ImageErrorCode.IMAGE_UNREADABLE,
            source.displayName() + " is not a file: name an image file");
      }
      long size = Files.size(file);
      if (size > maxBytes) {
        throw FetchErrors.tooManyBytes(source, size, maxBytes);
      }
      return read(source, file);
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  /** The file may grow after its size was seen, so the limit is held while reading, too. */
  private byte[] read(ImageSource.File source, Path file) throws IOException, ImageException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] data = in.readNBytes((int) maxBytes);
      if (in.read() >= 0) {
        throw FetchErrors.tooManyBytes(source, Files.size(file), maxBytes);
      }
      return data;
    }
  }

  private static Path locate(ImageSource.File source) throws ImageException {
    Path root = source.root().toAbsolutePath().normalize();
    Path target;
    try {
      target = root.resolve(source.relativePath()).normalize();
    } catch (InvalidPathException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE, "not a valid file name: " + e.getReason(), e);
    }
    if (Path.of(source.relativePath()).isAbsolute() || !target.startsWith(root)) {
      throw outside(source);
    }
    try {
      Path real = target.toRealPath();
      if (!real.startsWith(root.toRealPath())) {
        throw outside(source);
      }
      return real;
    } catch (NoSuchFileException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_NOT_FOUND,
          source.displayName() + " not found below " + root + ": check the name or the folder",
          e);
    } catch (IOException e) {
      throw unreadable(source, e);
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

  private static ImageException unreadable(ImageSource.File source, IOException e) {
    String reason =
        e instanceof AccessDeniedException
            ? "permission denied"
            : e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e.getClass().getSimpleName();
    return ImageException.permanent(
        ImageErrorCode.IMAGE_UNREADABLE,
        source.displayName() + " cannot be read (" + reason + "): check the file",
        e);
  }
}
