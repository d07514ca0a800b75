package org.stfbatch.storage;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.stfbatch.base.Shortened;

/** A place of bytes: a local file, an http(s) address, or an object of an S3 bucket. */
public sealed interface StorageAddress {

  /** Returns the address for messages, without passwords and query strings. */
  String displayName();

  /** A file of this machine. */
  record LocalFile(Path path) implements StorageAddress {
    public LocalFile {
      requireNonNull(path, "path is null");
    }

    @Override
    public String displayName() {
      return path.toString();
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * An address to download from.
   *
   * @param uri absolute, with scheme http or https and a host; a user and password in it are sent
   *     as basic authentication
   */
  record Http(URI uri) implements StorageAddress {
    public Http {
      requireNonNull(uri, "uri is null");
      if (uri.getScheme() == null || uri.getHost() == null) {
        throw new IllegalArgumentException("not an http(s) address with a host");
      }
    }

    @Override
    public String displayName() {
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = uri.getRawPath() == null ? "" : uri.getRawPath();
      String query = uri.getRawQuery() == null ? "" : "?...";
      return Shortened.given(uri.getScheme() + "://" + uri.getHost() + port + path + query);
    }

    @Override
    public String toString() {
      return displayName();
    }
  }

  /**
   * An object of a bucket, or a prefix of the keys of objects.
   *
   * @param bucket the bucket's name
   * @param key as written, not percent-decoded; empty for the whole bucket
   */
  record S3Object(String bucket, String key) implements StorageAddress {
    private static final String SCHEME = "s3://";
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");

    /** The most bytes of a key in UTF-8. */
    private static final int LONGEST_KEY = 1024;

    public S3Object {
      requireNonNull(key, "key is null");
      if (!BUCKET.matcher(bucket).matches()) {
        throw new IllegalArgumentException(
            "\"%s\" is no name of a bucket: write s3://BUCKET/KEY".formatted(shown(bucket)));
      }
      if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
        throw new IllegalArgumentException(
            "the key %s has more than %d bytes: no object has such a name"
                .formatted(shown(key), LONGEST_KEY));
      }
    }

    /** Returns whether a text names an object or a bucket. */
    public static boolean isOne(String text) {
      return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Parses {@code s3://BUCKET/KEY}.
     *
     * @throws IllegalArgumentException with a message for users, if the text has another form
     */
    public static S3Object parse(String text) {
      if (!isOne(text)) {
        throw new IllegalArgumentException("\"%s\" does not begin with s3://".formatted(text));
      }
      String rest = text.substring(SCHEME.length());
      int slash = rest.indexOf('/');
      return slash < 0
          ? new S3Object(rest, "")
          : new S3Object(rest.substring(0, slash), rest.substring(slash + 1));
    }

    private static String shown(String part) {
      return Shortened.given(part);
    }

    /** Returns the address that a relative key has below this prefix. */
    public S3Object resolve(String relative) {
      String folder = key.isEmpty() || key.endsWith("/") ? key : key + "/";
      return new S3Object(bucket, folder + relative);
    }

    /** Returns the prefix that this object lies in: its key up to the last slash. */
    public S3Object parent() {
      return new S3Object(bucket, key.substring(0, key.lastIndexOf('/') + 1));
    }

    @Override
    public String displayName() {
      return Shortened.given(toString());
    }

    @Override
    public String toString() {
      return SCHEME + bucket + "/" + key;
    }
  }

  /**
   * Parses an address by its beginning: {@code s3://}, {@code http://} and {@code https://} in any
   * case; everything else is a local file. Nothing is opened.
   *
   * @throws IllegalArgumentException with a message for users, if the text is no valid address
   */
  static StorageAddress parse(String text) {
    if (S3Object.isOne(text)) {
      return S3Object.parse(text);
    }
    String lower = text.substring(0, Math.min(8, text.length())).toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.equals("https://") ? http(text) : file(text);
  }

  private static Http http(String text) {
    try {
      return new Http(new URI(text));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "not a valid http(s) address (%s at position %d): percent-encode special characters"
              .formatted(e.getReason(), e.getIndex()),
          e);
    }
  }

  private static LocalFile file(String text) {
    try {
      return new LocalFile(Path.of(text));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no file name: %s".formatted(Shortened.given(text), e.getReason()), e);
    }
  }
}
