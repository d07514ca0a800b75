package org.stfbatch.image;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import org.stfbatch.base.Shortened;
import org.stfbatch.secret.Secrets;
import org.stfbatch.shard.MemberHeader;
import org.stfbatch.storage.StorageAddress;

/** The source of an image, which {@link ImageLoader} fetches. */
public sealed interface ImageSource {

  /** Returns a short name for messages, without image data, passwords and query strings. */
  String displayName();

  /**
   * A file below a folder.
   *
   * @param root the folder that the file must lie below
   * @param relativePath as written in the job, not percent-decoded
   */
  record File(Path root, String relativePath) implements ImageSource {
    public File {
      requireNonNull(root, "root is null");
      requireNonNull(relativePath, "relativePath is null");
    }

    @Override
    public String displayName() {
      return Shortened.given(relativePath);
    }
  }

  /**
   * Image data in a {@code data:} URI (RFC 2397), in base64 or percent-encoded.
   *
   * @param uri the whole URI
   */
  record DataUri(String uri) implements ImageSource {
    private static final int SHOWN = 32;

    public DataUri {
      requireNonNull(uri, "uri is null");
    }

    @Override
    public String displayName() {
      String start = uri.substring(0, Math.min(SHOWN, uri.length()));
      return start.equals(uri) ? uri : start + "...";
    }

    /**
     * Returns the bytes of the image file.
     *
     * @throws ImageException IMAGE_REFERENCE if this is not a data URI, IMAGE_TOO_LARGE if it
     *     exceeds {@code maxBytes}
     */
    public byte[] decode(long maxBytes) throws ImageException {
      return new DataUriFetcher(maxBytes).fetch(this);
    }

    @Override
    public String toString() {
      return "DataUri[" + displayName() + "]";
    }
  }

  /**
   * An image to download.
   *
   * @param uri absolute, with scheme http or https and a host; a user and password in it are sent
   *     as basic authentication
   * @param fromOutside whether the address was named by a Kafka message or a trigger, not by this
   *     machine's user
   */
  record Http(URI uri, boolean fromOutside) implements ImageSource {
    /** Creates a source that this machine's user named. */
    public Http(URI uri) {
      this(uri, false);
    }

    public Http {
      requireNonNull(uri, "uri is null");
      String scheme = uri.getScheme();
      if (scheme == null || !isHttp(scheme + "://") || uri.getHost() == null) {
        throw new IllegalArgumentException(
            "not an http(s) address with a host: " + Shortened.given(shown(uri)));
      }
    }

    @Override
    public String displayName() {
      return Shortened.given(shown(uri));
    }

    @Override
    public String toString() {
      return "Http[" + displayName() + "]";
    }

    /** Returns the address without user, password, query and fragment, which may hold secrets. */
    static String shown(URI uri) {
      String host = uri.getHost() == null ? "" : uri.getHost();
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = uri.getRawPath() == null ? "" : uri.getRawPath();
      String query = uri.getRawQuery() == null ? "" : "?...";
      return uri.getScheme() + "://" + host + port + path + query;
    }
  }

  /**
   * A member of a WebDataset shard.
   *
   * @param shard address of the tar file
   * @param offset of the image's first byte, behind the member's header
   * @param length in bytes
   * @param path the member's name in the shard
   * @param name for messages
   */
  record InShard(StorageAddress shard, long offset, long length, String path, String name)
      implements ImageSource {
    public InShard {
      requireNonNull(shard, "shard is null");
      requireNonNull(path, "path is null");
      requireNonNull(name, "name is null");
      if (offset < MemberHeader.BYTES || length < 0) {
        throw new IllegalArgumentException("no place of a member: " + offset + ", " + length);
      }
    }

    /** Returns where the range to read begins: at the header of the member. */
    long rangeStart() {
      return offset - MemberHeader.BYTES;
    }

    /** Returns the length of the range to read: the header and the image. */
    int rangeLength() {
      return Math.toIntExact(MemberHeader.BYTES + length);
    }

    @Override
    public String displayName() {
      return Shortened.given(name);
    }
  }

  /**
   * An encoded image in memory.
   *
   * @param data the bytes of an image file; not copied
   * @param name for messages
   */
  record Bytes(byte[] data, String name) implements ImageSource {
    public Bytes {
      requireNonNull(data, "data is null");
      requireNonNull(name, "name is null");
    }

    @Override
    public String displayName() {
      return name;
    }

    @Override
    public String toString() {
      return "Bytes[" + name + ", " + data.length + " bytes]";
    }
  }

  /**
   * Parses a reference by its prefix: {@code data:}, {@code http://} and {@code https://} (in any
   * case); everything else is a file below {@code root}. Nothing is opened.
   *
   * @throws ImageException IMAGE_REFERENCE if the reference is empty or not a valid address
   */
  static ImageSource parse(String reference, Path root) throws ImageException {
    return parse(reference, root, false);
  }

  /**
   * Parses a reference as {@link #parse(String, Path)}.
   *
   * @param fromOutside whether the reference came by a Kafka message or a trigger
   */
  static ImageSource parse(String reference, Path root, boolean fromOutside) throws ImageException {
    if (reference.isBlank()) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "the image reference is empty: leave it out for a question without an image");
    }
    if (reference.regionMatches(true, 0, "data:", 0, 5)) {
      return new DataUri(reference);
    }
    if (isHttp(reference)) {
      return http(reference, fromOutside);
    }
    if (OtherAddress.isOne(reference)) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "%s is no http(s) address: give one, or a path below the image folder"
              .formatted(Shortened.given(Secrets.mask(reference))));
    }
    if (BareBase64.isImage(reference)) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "this is base64 without data:image/...;base64, before it ("
              + Shortened.given(reference.substring(0, BareBase64.SHOWN))
              + "...): write that before it");
    }
    return new File(root, reference);
  }

  /** Returns whether a reference is an address to download from. */
  static boolean isHttp(String reference) {
    String start = reference.substring(0, Math.min(8, reference.length())).toLowerCase(Locale.ROOT);
    return start.startsWith("http://") || start.equals("https://");
  }

  /** Returns the host of an address, with its port; empty for other references. */
  static String hostOf(String reference) {
    if (!isHttp(reference)) {
      return "";
    }
    int start = reference.indexOf("//") + 2;
    int end = start;
    while (end < reference.length() && "/?#".indexOf(reference.charAt(end)) < 0) {
      end++;
    }
    return reference.substring(start, end).toLowerCase(Locale.ROOT);
  }

  private static Http http(String reference, boolean fromOutside) throws ImageException {
    try {
      return new Http(new URI(reference), fromOutside);
    } catch (URISyntaxException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "not a valid http(s) address ("
              + e.getReason()
              + " at position "
              + e.getIndex()
              + "): percent-encode spaces and special characters");
    } catch (IllegalArgumentException e) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "the host of %s cannot be asked: names have letters, digits, hyphens and dots, others are written as xn--..., and ports are 0 to 65535"
              .formatted(Shortened.given(withoutSecrets(reference))),
          e);
    }
  }

  /** Returns an address without user, password and query. */
  private static String withoutSecrets(String address) {
    return Secrets.mask(address.replaceFirst("[?#].*", "").replaceFirst("//[^/@]*@", "//"));
  }
}
