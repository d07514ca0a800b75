package org.stfbatch.cli.option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.job.ingest.QuestionFormat;
import org.stfbatch.job.ingest.QuestionSource;
import org.stfbatch.storage.SpooledFile;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import org.stfbatch.storage.StorageException;

/** A question file that can be read: a local one, or a copy of what an address names. */
public final class QuestionInput implements AutoCloseable {
  private final StorageAddress address;
  private final SpooledFile spooled;
  private final ImageRoot images;
  private final QuestionFormat format;

  private QuestionInput(
      StorageAddress address, SpooledFile spooled, ImageRoot images, QuestionFormat format) {
    this.address = address;
    this.spooled = spooled;
    this.images = images;
    this.format = format;
  }

  /**
   * @throws InputException if the content cannot be read
   * @throws JobFailedException if it cannot be read now
   */
  static QuestionInput open(
      Storage storage, StorageAddress address, ImageRoot images, QuestionFormat format) {
    try {
      return new QuestionInput(address, SpooledFile.of(storage, address), images, format);
    } catch (StorageException e) {
      if (e.isTransient()) {
        throw new JobFailedException(e.getMessage(), e);
      }
      throw new InputException(e.getMessage(), e);
    } catch (IOException e) {
      throw new InputException(e.getMessage(), e);
    }
  }

  public QuestionFormat format() {
    return format;
  }

  /** Returns the file with its place and the place of its images. */
  public QuestionSource source() {
    return address instanceof StorageAddress.LocalFile file
        ? new QuestionSource(
            file.path(), file.path().toAbsolutePath().normalize().toString(), images)
        : new QuestionSource(spooled.file(), address.displayName(), images);
  }

  /**
   * Reads the file; errors name its address instead of the copy.
   *
   * @throws InputException if it cannot be used
   */
  public <T> T read(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (InputException e) {
      if (!spooled.isCopy()) {
        throw e;
      }
      throw new InputException(
          e.getMessage().replace(spooled.file().toString(), address.displayName()), e);
    }
  }

  @Override
  public void close() {
    try {
      spooled.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the copy of " + address + " cannot be deleted", e);
    }
  }
}
