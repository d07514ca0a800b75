package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.stfbatch.storage.StorageAddress.S3Object;

/** The place of relative image references: a folder, or a prefix in an S3 bucket. */
public sealed interface ImageRoot {

  /** Returns the text that is stored, from which {@link #parse} makes the same root. */
  @Override
  String toString();

  /** A folder of this machine. */
  record Folder(Path path) implements ImageRoot {
    public Folder {
      requireNonNull(path, "path is null");
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * A prefix in a bucket.
   *
   * @param prefix its key is empty or ends with a slash
   */
  record Bucket(S3Object prefix) implements ImageRoot {
    public Bucket {
      String key = prefix.key();
      if (!key.isEmpty() && !key.endsWith("/")) {
        prefix = new S3Object(prefix.bucket(), key + "/");
      }
    }

    /**
     * Returns the object that a relative reference names; empty if it leads out of the prefix. The
     * segments {@code .} and {@code ..} are resolved, as in paths.
     */
    public Optional<S3Object> resolve(String reference) {
      Deque<String> parts = new ArrayDeque<>();
      for (String part : reference.split("/", -1)) {
        if (part.equals("..")) {
          if (parts.pollLast() == null) {
            return Optional.empty();
          }
        } else if (!part.equals(".")) {
          parts.addLast(part);
        }
      }
      return reference.startsWith("/")
          ? Optional.empty()
          : Optional.of(prefix.resolve(String.join("/", parts)));
    }

    @Override
    public String toString() {
      return prefix.toString();
    }
  }

  /** Returns the root of a stored text. */
  static ImageRoot parse(String stored) {
    return S3Object.isOne(stored)
        ? new Bucket(S3Object.parse(stored))
        : new Folder(Path.of(stored));
  }
}
