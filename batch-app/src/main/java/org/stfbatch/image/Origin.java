package org.stfbatch.image;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * What a number of images are brought from and what may be away as a whole: a host or a folder.
 *
 * @param name as shown to people: never a password
 */
record Origin(String name) {
  /** Empty for images that carry their data with them. */
  static Optional<Origin> of(ImageSource source) {
    if (source instanceof ImageSource.Http http) {
      return Optional.of(of(http));
    }
    return source instanceof ImageSource.File file
        ? Optional.of(new Origin(file.root().toAbsolutePath().normalize().toString()))
        : Optional.empty();
  }

  static Origin of(ImageSource.Http source) {
    URI uri = source.uri();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new Origin((uri.getScheme() + "://" + uri.getHost() + port).toLowerCase(Locale.ROOT));
  }
}
