package org.stfbatch.job.ingest;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.image.ImageRoot;
import org.stfbatch.job.InputException;
import org.stfbatch.job.JobFailedException;
import org.stfbatch.storage.ObjectListing;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.storage.StorageException;

/**
 * The images below a prefix of a bucket, by the names of their keys, with the rules of {@link
 * ImageFiles}. Memory is that of one page of the listing.
 */
final class ImageObjects implements CaptionImages {
  private final ImageRoot.Bucket root;
  private final ObjectListing objects;
  private final SkippedEntries skipped = new SkippedEntries();
  private String hiddenFolder;

  ImageObjects(ImageRoot.Bucket root, ObjectListing objects) {
    this.root = root;
    this.objects = objects;
  }

  @Override
  public Optional<String> next() {
    try {
      for (Optional<ObjectListing.Listed> listed = objects.next();
          listed.isPresent();
          listed = objects.next()) {
        String key = listed.get().key();
        if (isImage(key.substring(root.prefix().key().length()))) {
          return Optional.of(reference(key));
        }
      }
      return Optional.empty();
    } catch (StorageException e) {
      if (e.isTransient()) {
        throw new JobFailedException(e.getMessage() + "; ingest it again", e);
      }
      throw new InputException(e.getMessage(), e);
    }
  }

  private boolean isImage(String relative) {
    // Consoles and tools store an empty object for a folder.
    if (relative.isEmpty() || relative.endsWith("/") || isHidden(relative)) {
      return false;
    }
    String ending = ImageFiles.ending(relative.substring(relative.lastIndexOf('/') + 1));
    boolean image = ImageFiles.isImage(ending);
    if (!image) {
      skipped.other(ending);
    }
    return image;
  }

  /** Counts what is in a hidden folder once, as in a listing of folders. */
  private boolean isHidden(String relative) {
    if (hiddenFolder != null && relative.startsWith(hiddenFolder)) {
      return true;
    }
    int dot = relative.startsWith(".") ? 0 : relative.indexOf("/.") + 1;
    if (dot == 0 && !relative.startsWith(".")) {
      return false;
    }
    int end = relative.indexOf('/', dot);
    hiddenFolder = end < 0 ? null : relative.substring(0, end + 1);
    skipped.hidden();
    return true;
  }

  /** Returns the key below the prefix, or the whole address if that would be read otherwise. */
  private String reference(String key) {
    String relative = key.substring(root.prefix().key().length());
    boolean looksLikeAddress =
        relative.contains("://") || relative.toLowerCase(Locale.ROOT).startsWith("data:");
    S3Object object = new S3Object(root.prefix().bucket(), key);
    boolean same = root.resolve(relative).filter(object::equals).isPresent();
    return same && !looksLikeAddress ? relative : object.toString();
  }

  @Override
  public List<String> notes() {
    return skipped.notes();
  }
}
