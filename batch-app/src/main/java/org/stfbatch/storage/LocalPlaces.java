package org.stfbatch.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.stfbatch.base.IoReason;
import org.stfbatch.file.WholeFile;
import org.stfbatch.storage.StorageAddress.LocalFile;
import org.stfbatch.storage.StorageException.Kind;

/** Local files as places. */
final class LocalPlaces {
  InputStream open(LocalFile file) throws StorageException {
    try {
      return Files.newInputStream(file.path());
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  byte[] read(LocalFile file, long offset, int length) throws StorageException {
    try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ)) {
      ByteBuffer range = ByteBuffer.allocate(length);
      while (range.hasRemaining()) {
        if (channel.read(range, offset + range.position()) < 0) {
          throw tooShort(file, offset, length);
        }
      }
      return range.array();
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** Returns the error of a range that a place does not have. */
  static StorageException tooShort(StorageAddress place, long offset, int length) {
    return new StorageException(
        Kind.UNUSABLE,
        "%s ends before byte %d: it was replaced or cut"
            .formatted(place.displayName(), offset + length),
        null);
  }

  long size(LocalFile file) throws StorageException {
    try {
      return Files.size(file.path());
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static StorageException failure(LocalFile file, IOException e) {
    return new StorageException(
        e instanceof NoSuchFileException ? Kind.MISSING : Kind.UNUSABLE,
        "%s cannot be read (%s): check the file"
            .formatted(file.displayName(), IoReason.withoutFile(e)),
        e);
  }

  PendingOutput begin(LocalFile file) {
    return new FileOutput(WholeFile.begin(file.path()));
  }

  private record FileOutput(WholeFile file) implements PendingOutput {
    @Override
    public OutputStream stream() {
      return file.stream();
    }

    @Override
    public void commit() throws IOException {
      file.commit();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
