package org.stfbatch.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The small text that a clone without Git LFS has in the place of a large file. Its first line is
 * fixed by the <a
 * href="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md">specification</a>.
 */
public final class LfsPointer {
  private static final byte[] BEGINNING =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  private LfsPointer() {}

  /** Whether a file is one. */
  public static boolean is(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(BEGINNING.length), BEGINNING);
    }
  }

  /** What to say about such a file: what it is and how to get the real one. */
  public static String complaint(Path file) {
    return "%s is a Git LFS pointer in the place of the file: get the file with git lfs pull, or the checkpoint with stf-batch model fetch"
        .formatted(file);
  }
}
