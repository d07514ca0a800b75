package org.stfbatch.image;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.stfbatch.storage.StorageAddress.LocalFile;

/**
 * The host, bucket or folder that images are fetched from, and that may be unavailable as a whole.
 *
 * @param name for messages, without passwords
 */
record Origin(String name) {
  /** Returns the origin of an image; empty for images that contain their data. */
  static Optional<Origin> of(ImageSource source) {
    if (source instanceof ImageSource.Remote remote) {
      return Optional.of(of(remote));
    }
    if (source instanceof ImageSource.InShard member && member.shard() instanceof LocalFile shard) {
      return Optional.of(
          new Origin(String.valueOf(shard.path().toAbsolutePath().normalize().getParent())));
    }
    return source instanceof ImageSource.File file
        ? Optional.of(new Origin(file.root().toAbsolutePath().normalize().toString()))
        : Optional.empty();
  }

  static Origin of(ImageSource.Remote source) {
    if (source instanceof ImageSource.RemoteMember member) {
      return of(member.shard());
    }
    if (source instanceof ImageSource.S3 s3) {
      return new Origin("s3://" + s3.object().bucket());
    }
    URI uri = ((ImageSource.Http) source).uri();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new Origin((uri.getScheme() + "://" + uri.getHost() + port).toLowerCase(Locale.ROOT));
  }
}
