package org.stfbatch.base;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Converts an exception of file access into a reason for users. */
public final class IoReason {
  private static final String UNKNOWN = "input or output error";

  private IoReason() {}

  /**
   * Returns the reason without Java class names, prefixed with the file's path if the exception
   * names one.
   */
  public static String of(Exception error) {
    boolean named = error instanceof FileSystemException refusal && refusal.getFile() != null;
    return named
        ? ((FileSystemException) error).getFile() + ": " + withoutFile(error)
        : withoutFile(error);
  }

  /** Returns the reason without the file's path. */
  public static String withoutFile(Exception error) {
    if (error instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (error instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (error instanceof FileAlreadyExistsException) {
      return "it exists and is not a folder";
    }
    if (error instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    if (error instanceof FileSystemLoopException) {
      return "symbolic links form a loop";
    }
    String reason =
        error instanceof FileSystemException refusal ? refusal.getReason() : error.getMessage();
    return reason == null || reason.isBlank() ? UNKNOWN : Shortened.given(reason);
  }
}
