package org.stfbatch.shard;

import java.nio.file.Path;
import java.util.List;
import org.stfbatch.storage.StorageAddress;

/**
 * A tar file of samples.
 *
 * @param address where it is read from
 * @param location the address as text, with everything that is needed to read it again: an absolute
 *     path, or an http(s) or s3 address
 * @param folder the location up to the name, without user, password and query
 * @param name the file name
 */
public record Shard(StorageAddress address, String location, String folder, String name) {
  /**
   * Returns the shards of a pattern with braces.
   *
   * @throws IllegalArgumentException with a message for users, if a name is no valid address
   */
  public static List<Shard> of(String pattern) {
    return BracePattern.expand(pattern).stream().map(Shard::at).toList();
  }

  /** Returns the shard at a location. */
  public static Shard at(String text) {
    StorageAddress address = StorageAddress.parse(text);
    if (address instanceof StorageAddress.LocalFile file) {
      Path path = file.path().toAbsolutePath().normalize();
      Path folder = path.getParent();
      if (folder == null) {
        throw new IllegalArgumentException(text + " is a folder: name a tar file");
      }
      return new Shard(
          new StorageAddress.LocalFile(path),
          path.toString(),
          folder.toString(),
          path.getFileName().toString());
    }
    String plain =
        address instanceof StorageAddress.Http http
            ? http.uri().getScheme() + "://" + http.uri().getAuthority() + http.uri().getRawPath()
            : text;
    String shown = plain.replaceFirst("//[^/@]*@", "//");
    int slash = shown.lastIndexOf('/');
    return new Shard(address, text, shown.substring(0, slash + 1), shown.substring(slash + 1));
  }

  /** Returns the name of a member for users. */
  public String member(String path) {
    return name + "/" + path;
  }
}
