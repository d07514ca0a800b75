package org.stfbatch.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Detects Git LFS pointers: the small text files that a clone without Git LFS holds in place of
 * large files. The <a
 * href="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md">specification</a> fixes the
 * first line.
 */
public final class LfsPointer {
  private static final byte[] BEGINNING =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  private LfsPointer() {}

  /** Returns whether a file is a pointer. */
  public static boolean is(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(BEGINNING.length), BEGINNING);
    }
  }

  /** Returns the error message for a pointer, with the way to get the real file. */
  public static String complaint(Path file) {
    return "%s is a Git LFS pointer in the place of the file: get the file with git lfs pull, or the checkpoint with stf-batch model fetch"
        .formatted(file);
  }
}
