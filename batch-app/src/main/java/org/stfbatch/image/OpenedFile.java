package org.stfbatch.image;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Set;

/**
 * A file handle that is checked before it is read: path and type are read from the handle, so that
 * a link that is swapped in meanwhile has no effect. The handle itself (O_PATH) reads nothing and
 * does not open devices or pipes; the content is opened through it.
 */
final class OpenedFile implements Closeable {
  private static final int O_PATH = 0x200000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int EPERM = 1;
  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int ENOTDIR = 20;

  /**
   * Transient errors: EIO, ENXIO, ENODEV, ENFILE, EMFILE, ENOTCONN, ETIMEDOUT, EHOSTDOWN,
   * EHOSTUNREACH, ESTALE, EREMOTEIO.
   */
  private static final Set<Integer> PASSING =
      Set.of(5, 6, 19, 23, 24, 107, 110, 112, 113, 116, 121);

  private final int descriptor;
  private final Path handle;

  private OpenedFile(int descriptor) {
    this.descriptor = descriptor;
    this.handle = Path.of("/proc/self/fd/" + descriptor);
  }

  /** The C library. */
  private interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int open(byte[] path, int flags) throws LastErrorException;

    int close(int descriptor) throws LastErrorException;
  }

  /** The device or the file server does not answer. */
  static final class AwayException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    AwayException(String file, String reason) {
      super(file, null, reason);
    }
  }

  /**
   * Opens a file, following links.
   *
   * @throws AwayException if the device or the file server does not answer
   * @throws NoSuchFileException if the file does not exist
   * @throws AccessDeniedException if a folder on the path may not be searched
   */
  static OpenedFile open(Path file) throws IOException {
    try {
      return new OpenedFile(C.LIBRARY.open(bytes(file), O_PATH | O_CLOEXEC));
    } catch (LastErrorException e) {
      throw translated(file, e);
    }
  }

  /** Returns the name's bytes, independent of the locale, with a terminating zero. */
  private static byte[] bytes(Path file) {
    String escaped = file.toUri().getRawPath();
    byte[] path = new byte[escaped.length() + 1];
    int length = 0;
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        path[length++] = (byte) Integer.parseInt(escaped, i + 1, i + 3, 16);
        i += 2;
      } else {
        path[length++] = (byte) c;
      }
    }
    return Arrays.copyOf(path, length + 1);
  }

  private static IOException translated(Path file, LastErrorException e) {
    int error = e.getErrorCode();
    String reason = e.getMessage().replaceFirst("^\\[\\d+] ?", "");
    if (PASSING.contains(error)) {
      return new AwayException(file.toString(), reason);
    }
    return switch (error) {
      case ENOENT, ENOTDIR -> new NoSuchFileException(file.toString());
      case EACCES, EPERM -> new AccessDeniedException(file.toString());
      default -> new FileSystemException(file.toString(), null, reason);
    };
  }

  /** Returns the real path, with links resolved. */
  Path location() throws IOException {
    return Files.readSymbolicLink(handle);
  }

  BasicFileAttributes attributes() throws IOException {
    return Files.readAttributes(handle, BasicFileAttributes.class);
  }

  /**
   * Opens the content; the stream is closed separately.
   *
   * @throws AccessDeniedException if the file may not be read
   */
  InputStream read() throws IOException {
    if (!Files.isReadable(handle)) {
      throw new AccessDeniedException(location().toString());
    }
    return new FileInputStream(handle.toFile());
  }

  @Override
  public void close() throws IOException {
    try {
      C.LIBRARY.close(descriptor);
    } catch (LastErrorException e) {
      throw new IOException("a handle could not be closed: " + e.getMessage(), e);
    }
  }
}
