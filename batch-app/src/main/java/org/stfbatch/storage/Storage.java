package org.stfbatch.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import org.stfbatch.storage.StorageAddress.Http;
import org.stfbatch.storage.StorageAddress.LocalFile;
import org.stfbatch.storage.StorageAddress.S3Object;

/**
 * Opens, lists and writes what addresses name. Calls block; those to S3 are retried with the SDK's
 * standard policy. Nothing is connected before it is needed. Thread safe; closed by who opened it.
 */
public final class Storage implements AutoCloseable {
  private final LocalPlaces files = new LocalPlaces();
  private final HttpPlaces pages;
  private final S3Places objects;

  public Storage(S3Settings settings) {
    this.pages = new HttpPlaces(settings.proxies());
    this.objects = new S3Places(settings);
  }

  /**
   * Opens the whole content as a stream, which the caller closes. Closing it early drops the
   * connection. A stream of an object goes on after a cut connection, unless the object was
   * replaced.
   *
   * @throws StorageException if it cannot be opened; the stream's errors are such exceptions too
   */
  public InputStream open(StorageAddress address) throws IOException {
    if (address instanceof Http page) {
      return pages.open(page);
    }
    return address instanceof S3Object object
        ? objects.open(object)
        : files.open((LocalFile) address);
  }

  /**
   * Reads a range. Memory is that of the range.
   *
   * @return {@code length} bytes
   * @throws StorageException if the content ends before the range, or the server ignores ranges
   */
  public byte[] read(StorageAddress address, long offset, int length) throws IOException {
    if (length == 0) {
      return new byte[0];
    }
    if (address instanceof Http page) {
      return pages.read(page, offset, length);
    }
    return address instanceof S3Object object
        ? objects.read(object, offset, length)
        : files.read((LocalFile) address, offset, length);
  }

  /** Returns the size in bytes. */
  public long size(StorageAddress address) throws IOException {
    if (address instanceof Http page) {
      return pages.size(page);
    }
    return address instanceof S3Object object
        ? objects.size(object)
        : files.size((LocalFile) address);
  }

  /**
   * Lists the objects whose keys begin with the prefix's key. The first page is requested with the
   * first object.
   *
   * @param startAfter a key; only objects after it are listed
   */
  public ObjectListing list(S3Object prefix, Optional<String> startAfter) throws StorageException {
    return objects.list(prefix, startAfter);
  }

  /**
   * Starts to write a file or an object, which appears when it is committed.
   *
   * @throws StorageException if writing cannot start; always for http(s) addresses
   * @throws org.stfbatch.file.OutputException if a local file cannot be begun
   */
  public PendingOutput begin(StorageAddress address) throws IOException {
    if (address instanceof Http) {
      throw new StorageException(
          StorageException.Kind.UNUSABLE,
          address.displayName() + " cannot be written: give a file or s3://BUCKET/KEY",
          null);
    }
    return address instanceof S3Object object
        ? objects.begin(object)
        : files.begin((LocalFile) address);
  }

  /**
   * Deletes a file or an object; does nothing if it is not there.
   *
   * @throws StorageException if it cannot be deleted; always for http(s) addresses
   */
  public void delete(StorageAddress address) throws IOException {
    if (address instanceof S3Object object) {
      objects.delete(object);
    } else if (address instanceof LocalFile file) {
      Files.deleteIfExists(file.path());
    } else {
      throw new StorageException(
          StorageException.Kind.UNUSABLE, address.displayName() + " cannot be deleted", null);
    }
  }

  /** Returns how many connections to http(s) addresses are in use. */
  int requestsUnderWay() {
    return pages.leased();
  }

  /** Closes all connections; what is under way fails. */
  @Override
  public void close() {
    objects.close();
    pages.close();
  }
}
