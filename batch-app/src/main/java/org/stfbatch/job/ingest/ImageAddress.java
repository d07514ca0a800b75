package org.stfbatch.job.ingest;

import java.net.URI;
import java.nio.file.Path;
import org.stfbatch.image.ImageRoot;

/** Converts image addresses of chat requests to image references. */
final class ImageAddress {
  private static final String FILE = "file:";

  private ImageAddress() {}

  /**
   * Returns the reference of an address: for a {@code file:} address or a path below the image
   * folder, the path relative to it; any other address unchanged, to be checked when the image is
   * loaded. Below a bucket no file can be, so that its path stays whole.
   */
  static String reference(String address, ImageRoot imageRoot) throws BadRequestException {
    if (!address.regionMatches(true, 0, FILE, 0, FILE.length())) {
      return address.startsWith("/") ? below(Path.of(address), imageRoot) : address;
    }
    try {
      String rest = address.substring(FILE.length()).replaceFirst("(?i)^//localhost(?=/)", "//");
      return below(Path.of(URI.create(FILE + rest)), imageRoot);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(
          "its image_url is no address of a file on this machine, such as file:///data/kite.png");
    }
  }

  private static String below(Path file, ImageRoot imageRoot) {
    Path plain = file.normalize();
    return imageRoot instanceof ImageRoot.Folder folder && plain.startsWith(folder.path())
        ? folder.path().relativize(plain).toString()
        : plain.toString();
  }
}
