package org.stfbatch.storage;

import java.util.Iterator;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects whose keys begin with a prefix, in the order of their keys (by UTF-8 bytes). The next
 * page of 1000 is requested when it is needed, so memory is that of one page. For one thread.
 */
public final class ObjectListing {
  private final StorageAddress.S3Object prefix;
  private final Iterable<S3Object> pages;
  private Iterator<S3Object> objects;

  /**
   * An object of the listing.
   *
   * @param key its whole key
   * @param size in bytes
   */
  public record Listed(String key, long size) {}

  /**
   * @param pages requests the first page with its iterator
   */
  ObjectListing(StorageAddress.S3Object prefix, Iterable<S3Object> pages) {
    this.prefix = prefix;
    this.pages = pages;
  }

  /**
   * Returns the next object; empty at the end.
   *
   * @throws StorageException if the next page cannot be listed
   */
  public Optional<Listed> next() throws StorageException {
    try {
      if (objects == null) {
        objects = pages.iterator();
      }
      if (!objects.hasNext()) {
        return Optional.empty();
      }
      S3Object object = objects.next();
      return Optional.of(new Listed(object.key(), object.size()));
    } catch (SdkException e) {
      throw S3Refusals.of(prefix.displayName(), e);
    }
  }
}
