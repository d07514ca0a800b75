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
import org.stfbatch.storage.StorageAddress.S3Object;

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

  /** An image to download. */
  sealed interface Remote extends ImageSource {}

  /**
   * An image in an S3 bucket.
   *
   * @param fromOutside whether the bucket was named by a Kafka message or a trigger, not by this
   *     machine's user
   */
  record S3(S3Object object, boolean fromOutside) implements Remote {
    public S3 {
      requireNonNull(object, "object is null");
    }

    @Override
    public String displayName() {
      return object.displayName();
    }
  }

  /**
   * An image at an http(s) address.
   *
   * @param uri absolute, with scheme http or https and a host; a user and password in it are sent
   *     as basic authentication
   * @param fromOutside whether the address was named by a Kafka message or a trigger, not by this
   *     machine's user
   */
  record Http(URI uri, boolean fromOutside) implements Remote {
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
   * A member of a WebDataset shard on this machine.
   *
   * @param shard the tar file
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
   * A member of a shard that is downloaded by its range.
   *
   * @param shard the shard
   * @param member the image's place in it
   */
  record RemoteMember(Remote shard, InShard member) implements Remote {
    public RemoteMember {
      requireNonNull(shard, "shard is null");
      requireNonNull(member, "member is null");
    }

    @Override
    public String displayName() {
      return member.displayName();
    }

    @Override
    public String toString() {
      return "RemoteMember[" + displayName() + "]";
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

  /** Parses a reference of this machine's user, as {@link #parse(String, ImageRoot, boolean)}. */
  static ImageSource parse(String reference, Path root) throws ImageException {
    return parse(reference, new ImageRoot.Folder(root), false);
  }

  /**
   * Parses a reference by its prefix: {@code data:}, {@code http://}, {@code https://} and {@code
   * s3://} (in any case); everything else is a file or an object below {@code root}. Nothing is
   * opened.
   *
   * @param fromOutside whether the reference came by a Kafka message or a trigger
   * @throws ImageException IMAGE_REFERENCE if the reference is empty or not a valid address,
   *     IMAGE_OUTSIDE_FOLDER if it leads out of a root in a bucket
   */
  static ImageSource parse(String reference, ImageRoot root, boolean fromOutside)
      throws ImageException {
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
    if (S3Object.isOne(reference)) {
      return object(reference, root, fromOutside);
    }
    if (OtherAddress.isOne(reference)) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "%s is neither an http(s) nor an s3 address: give one, or a path below the image folder"
              .formatted(Shortened.given(Secrets.mask(reference))));
    }
    if (BareBase64.isImage(reference)) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_REFERENCE,
          "this is base64 without data:image/...;base64, before it ("
              + Shortened.given(reference.substring(0, BareBase64.SHOWN))
              + "...): write that before it");
    }
    return root instanceof ImageRoot.Bucket bucket
        ? below(bucket, reference)
        : new File(((ImageRoot.Folder) root).path(), reference);
  }

  private static S3 object(String reference, ImageRoot root, boolean fromOutside)
      throws ImageException {
    try {
      S3Object object = S3Object.parse(reference);
      if (object.key().isEmpty()) {
        throw ImageException.permanent(
            ImageErrorCode.IMAGE_REFERENCE,
            object.displayName() + " names a bucket and no object: give s3://BUCKET/KEY");
      }
      boolean ofRoot =
          root instanceof ImageRoot.Bucket bucket
              && bucket.prefix().bucket().equals(object.bucket());
      return new S3(object, fromOutside && !ofRoot);
    } catch (IllegalArgumentException e) {
      throw ImageException.permanent(ImageErrorCode.IMAGE_REFERENCE, e.getMessage(), e);
    }
  }

  private static S3 below(ImageRoot.Bucket root, String reference) throws ImageException {
    try {
      return root.resolve(reference)
          .map(object -> new S3(object, false))
          .orElseThrow(
              () ->
                  ImageException.permanent(
                      ImageErrorCode.IMAGE_OUTSIDE_FOLDER,
                      "%s leads out of %s: use a key below it, or a whole s3:// address"
                          .formatted(Shortened.given(reference), root)));
    } catch (IllegalArgumentException e) {
      throw ImageException.permanent(ImageErrorCode.IMAGE_REFERENCE, e.getMessage(), e);
    }
  }

  /** Returns whether a reference is an address to download from. */
  static boolean isHttp(String reference) {
    String start = reference.substring(0, Math.min(8, reference.length())).toLowerCase(Locale.ROOT);
    return start.startsWith("http://") || start.equals("https://");
  }

  /**
   * Returns the host that a reference is downloaded from, with its port, or the bucket; empty if it
   * is not downloaded.
   *
   * @param root stored text of the image root
   */
  static String hostOf(String reference, String root) {
    if (S3Object.isOne(reference)) {
      return bucketOf(reference);
    }
    boolean relative = !reference.regionMatches(true, 0, "data:", 0, 5) && !isHttp(reference);
    if (relative && S3Object.isOne(root)) {
      return bucketOf(root);
    }
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

  private static String bucketOf(String address) {
    int end = address.indexOf('/', "s3://".length());
    return end < 0 ? address : address.substring(0, end);
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
