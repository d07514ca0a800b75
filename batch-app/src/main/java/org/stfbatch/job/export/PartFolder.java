package org.stfbatch.job.export;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.base.IoReason;
import org.stfbatch.file.OutputException;
import org.stfbatch.storage.PendingOutput;
import org.stfbatch.storage.Storage;
import org.stfbatch.storage.StorageAddress;
import org.stfbatch.storage.StorageAddress.LocalFile;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.storage.StorageException;

/**
 * The folder, or the prefix of a bucket, of an export's parts: {@code part-00000.tar} and so on,
 * each with a manifest {@code _part-00000.tar.json}. Readers of Parquet folders ignore names with
 * such a beginning.
 */
public final class PartFolder {
  private static final int MANIFEST_BYTES = 1 << 16;

  private final Storage storage;
  private final StorageAddress folder;

  private PartFolder(Storage storage, StorageAddress folder) {
    this.storage = storage;
    this.folder = folder;
  }

  /**
   * Opens a folder, which is made if it is not there.
   *
   * @param storage not closed here
   * @throws OutputException if it is no folder
   */
  public static PartFolder at(Storage storage, StorageAddress folder) {
    if (folder instanceof LocalFile local) {
      make(local.path());
    } else if (!(folder instanceof S3Object)) {
      throw new OutputException(
          "cannot write %s: give a folder or s3://BUCKET/PREFIX/".formatted(folder.displayName()));
    }
    return new PartFolder(storage, folder);
  }

  private static void make(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new OutputException(
          "cannot write the folder %s: %s; give another --out"
              .formatted(folder, IoReason.withoutFile(e)),
          e);
    }
  }

  private StorageAddress address(String name) {
    return folder instanceof S3Object prefix
        ? prefix.resolve(name)
        : new LocalFile(((LocalFile) folder).path().resolve(name));
  }

  private StorageAddress manifestAddress(String part) {
    return address("_" + part + ".json");
  }

  /** Returns a part's manifest; empty if it has none. */
  Optional<PartManifest> manifest(String part) throws IOException {
    try (InputStream in = storage.open(manifestAddress(part))) {
      return PartManifest.parse(in.readNBytes(MANIFEST_BYTES));
    } catch (StorageException e) {
      requireMissing(e);
      return Optional.empty();
    }
  }

  /** Returns a part's size in bytes; empty if it is not there. */
  OptionalLong size(String part) throws IOException {
    try {
      return OptionalLong.of(storage.size(address(part)));
    } catch (StorageException e) {
      requireMissing(e);
      return OptionalLong.empty();
    }
  }

  private static void requireMissing(StorageException e) throws StorageException {
    if (e.kind() != StorageException.Kind.MISSING) {
      throw e;
    }
  }

  void write(String part, PartManifest manifest) throws IOException {
    try (PendingOutput out = storage.begin(manifestAddress(part))) {
      out.stream().write(manifest.json());
      out.commit();
    }
  }

  PendingOutput begin(String part) throws IOException {
    return storage.begin(address(part));
  }

  /** Deletes a part, then its manifest. */
  void delete(String part) throws IOException {
    storage.delete(address(part));
    storage.delete(manifestAddress(part));
  }

  @Override
  public String toString() {
    return folder.displayName();
  }
}
