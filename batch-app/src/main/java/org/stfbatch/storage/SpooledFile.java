package org.stfbatch.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.stfbatch.base.IoReason;
import org.stfbatch.storage.StorageAddress.LocalFile;
import org.stfbatch.storage.StorageException.Kind;

/**
 * What an address names, as a file of this machine: a local file itself, or a copy in the folder
 * for temporary files that only this user may read. The copy is deleted when it is closed, or when
 * the process ends.
 */
public final class SpooledFile implements AutoCloseable {
  private final Path file;
  private final boolean isCopy;

  private SpooledFile(Path file, boolean isCopy) {
    this.file = file;
    this.isCopy = isCopy;
  }

  /**
   * Copies what an address names, with constant memory.
   *
   * @throws StorageException if it cannot be read, or the disk has no room for it
   */
  public static SpooledFile of(Storage storage, StorageAddress address) throws IOException {
    if (address instanceof LocalFile local) {
      return new SpooledFile(local.path(), false);
    }
    SpooledFile spooled;
    try {
      spooled = new SpooledFile(Files.createTempFile("stf-batch-", ".spooled"), true);
    } catch (IOException e) {
      throw unwritable(address, e);
    }
    spooled.file.toFile().deleteOnExit();
    try (InputStream content = storage.open(address)) {
      spooled.fill(content, address);
      return spooled;
    } catch (IOException | RuntimeException e) {
      spooled.close();
      throw e;
    }
  }

  private void fill(InputStream content, StorageAddress address) throws StorageException {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
      content.transferTo(out);
    } catch (StorageException e) {
      throw e;
    } catch (IOException e) {
      throw unwritable(address, e);
    }
  }

  private static StorageException unwritable(StorageAddress address, IOException e) {
    return new StorageException(
        Kind.UNUSABLE,
        "%s cannot be copied to %s (%s): make room, or name another folder with JAVA_OPTS=-Djava.io.tmpdir=DIR"
            .formatted(
                address.displayName(),
                System.getProperty("java.io.tmpdir"),
                IoReason.withoutFile(e)),
        e);
  }

  /** Returns the file to read. */
  public Path file() {
    return file;
  }

  /** Returns whether the file is a copy, whose name says nothing to users. */
  public boolean isCopy() {
    return isCopy;
  }

  @Override
  public void close() throws IOException {
    if (isCopy) {
      Files.deleteIfExists(file);
    }
  }
}
