package org.stfbatch.base;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file or folder could not be used, in words for people. */
public final class IoReason {
  private static final String UNKNOWN = "input or output error";

  private IoReason() {}

  /** Without names of Java's classes; of a file system's refusal, with the file. */
  public static String of(Exception error) {
    boolean named = error instanceof FileSystemException refusal && refusal.getFile() != null;
    return named
        ? ((FileSystemException) error).getFile() + ": " + withoutFile(error)
        : withoutFile(error);
  }

  /** The reason alone, without the file's name. */
  public static String withoutFile(Exception error) {
    if (error instanceof NoSuchFileException) {
      return "there is no such file or folder";
    }
    if (error instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (error instanceof FileAlreadyExistsException) {
      return "it is there already and no folder";
    }
    if (error instanceof NotDirectoryException) {
      return "it is no folder";
    }
    if (error instanceof FileSystemLoopException) {
      return "links lead in a circle";
    }
    String reason =
        error instanceof FileSystemException refusal ? refusal.getReason() : error.getMessage();
    return reason == null || reason.isBlank() ? UNKNOWN : Shortened.given(reason);
  }
}
