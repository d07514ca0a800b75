package org.stfbatch.file;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Atomic file writer: the file appears under its name only when it is complete and on disk; until
 * then an older file of that name stays unchanged. A pipe or a device is written directly. Used by
 * one thread.
 *
 * <p>Until {@link #commit}, the content is in {@code NAME.RANDOM.partial} in the same folder. That
 * file is locked, so that two processes that write the same file do not mix their content, and so
 * that the next process can delete what a killed process left.
 */
public final class WholeFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final Map<String, FileDescriptor> STANDARD_STREAMS =
      Map.of("/dev/stdout", FileDescriptor.out, "/dev/stderr", FileDescriptor.err);

  private final Path name;
  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private final OutputStream stream;

  private WholeFile(
      Path name, Path target, Path partial, FileChannel channel, OutputStream stream) {
    this.name = name;
    this.target = target;
    this.partial = partial;
    this.channel = channel;
    this.stream = new NamedErrorsStream(new BufferedOutputStream(stream, BUFFER), name);
  }

  /** Writes the content of a file. */
  public interface Content {
    /** Writes the whole content; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes the content of a file through a channel, at any position. */
  public interface ChannelContent {
    /** Writes the whole content; the caller closes the channel. */
    void writeTo(FileChannel out) throws IOException;
  }

  /**
   * Starts to write a file. A symbolic link is kept: its target is replaced.
   *
   * @throws OutputException if writing cannot start
   */
  public static WholeFile begin(Path file) {
    try {
      FileDescriptor standard = STANDARD_STREAMS.get(file.toString());
      Path target = Location.of(file);
      if (standard != null) {
        return new WholeFile(
            file, target, target, null, new NonClosingStream(new FileOutputStream(standard)));
      }
      if (Files.isDirectory(target)) {
        throw new OutputException("cannot write " + file + ": it is a folder");
      }
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        OutputStream device = Files.newOutputStream(target, StandardOpenOption.WRITE);
        return new WholeFile(file, target, target, null, device);
      }
      deleteAbandoned(target);
      return partial(file, target);
    } catch (IOException e) {
      throw new OutputException("cannot write " + file + ": " + reason(e), e);
    }
  }

  /**
   * Writes a whole file.
   *
   * @throws OutputException if writing cannot start
   * @throws IOException naming the file, if it cannot be completed; an older file stays
   */
  public static void write(Path file, Content content) throws IOException {
    try (WholeFile whole = begin(file)) {
      content.writeTo(whole.stream());
      whole.commit();
    }
  }

  /** Writes a whole file through a channel, as {@link #write}. */
  public static void writeChannel(Path file, ChannelContent content) throws IOException {
    try (WholeFile whole = begin(file)) {
      if (whole.channel == null) {
        throw new OutputException(
            "cannot write " + file + ": it is a pipe or a device; give the name of a file");
      }
      try {
        content.writeTo(whole.channel);
      } catch (FileSystemException e) {
        // The exception names an input file.
        throw e;
      } catch (IOException e) {
        throw failure(file, e);
      }
      whole.commit();
    }
  }

  private static WholeFile partial(Path file, Path target) throws IOException {
    while (true) {
      Path partial = target.resolveSibling(PartialFiles.stem(target) + PartialFiles.ending());
      FileChannel channel;
      try {
        channel =
            FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      // Before it was locked, another process may have deleted the file as abandoned.
      if (PartialFiles.lockIfPossible(channel)
          && Files.exists(partial, LinkOption.NOFOLLOW_LINKS)) {
        return new WholeFile(file, target, partial, channel, new ChannelStream(channel));
      }
      channel.close();
    }
  }

  /** Returns whether a path is a partial file of {@code of}. */
  static boolean isPartial(Path path, Path of) {
    String name = String.valueOf(path.getFileName());
    return path.resolveSibling(of.getFileName()).equals(of)
        && name.startsWith(of.getFileName() + ".")
        && name.endsWith(PartialFiles.ENDING);
  }

  private static void deleteAbandoned(Path target) throws IOException {
    Pattern ours =
        Pattern.compile(Pattern.quote(PartialFiles.stem(target)) + PartialFiles.ENDING_PATTERN);
    List<Path> left;
    try (Stream<Path> all = Files.list(target.getParent())) {
      left =
          all.filter(path -> ours.matcher(path.getFileName().toString()).matches())
              .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .toList();
    } catch (IOException e) {
      // The folder may be writable and not readable.
      return;
    }
    for (Path path : left) {
      PartialFiles.deleteIfAbandoned(path);
    }
  }

  /** Returns the stream for the content; its errors name the file. */
  public OutputStream stream() {
    return stream;
  }

  /**
   * Completes the file: forces the content to disk and renames it.
   *
   * @throws IOException naming the file, if it cannot be completed; an older file stays
   */
  public void commit() throws IOException {
    stream.flush();
    if (channel == null) {
      stream.close();
      return;
    }
    try {
      channel.force(true);
      Files.move(
          partial, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      channel.close();
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  /** Deletes the content that was not committed. */
  @Override
  public void close() throws IOException {
    if (channel == null) {
      stream.close();
    } else if (channel.isOpen()) {
      channel.close();
      Files.deleteIfExists(partial);
    }
  }

  private static IOException failure(Path file, IOException e) {
    return new IOException("cannot write " + file + ": " + reason(e), e);
  }

  private static String reason(IOException e) {
    if (e instanceof FileSystemException failed) {
      String reason = failed.getReason();
      String kind =
          failed
              .getClass()
              .getSimpleName()
              .replaceAll("Exception$", "")
              .replaceAll("\\B(?=[A-Z])", " ");
      return reason != null ? reason : kind.toLowerCase(Locale.ROOT);
    }
    return String.valueOf(e.getMessage());
  }

  /** An output stream over a channel that the caller closes. */
  private static final class ChannelStream extends OutputStream {
    private final FileChannel channel;

    ChannelStream(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  /** An output stream whose close only flushes. */
  private static final class NonClosingStream extends FilterOutputStream {
    NonClosingStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }

  /** An output stream whose errors name the file. */
  private static final class NamedErrorsStream extends FilterOutputStream {
    private final Path file;

    NamedErrorsStream(OutputStream out, Path file) {
      super(out);
      this.file = file;
    }

    @Override
    public void write(int value) throws IOException {
      try {
        out.write(value);
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw failure(file, e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException e) {
        throw failure(file, e);
      }
    }
  }
}
