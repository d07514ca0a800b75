package org.stfbatch.kafka.message;

import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reference to the image of a job. */
public sealed interface ImageReference {

  /** Returns the path, the URL, or a data URI. */
  String text();

  /**
   * An image file.
   *
   * @param path relative to a folder that the reader of the message configures
   */
  record Path(String path) implements ImageReference {

    static final FieldType<String> KIND =
        FieldType.textThat(
            "a path, not empty; addresses go into image.url and data URIs into image.bytes",
            text -> !text.isEmpty() && !Pattern.matches("(?is)(data:|https?://|s3://).*", text));

    public Path {
      Objects.requireNonNull(path, "path is null");
    }

    @Override
    public String text() {
      return path;
    }
  }

  /**
   * An image to download.
   *
   * @param url begins with http://, https:// or s3://
   */
  record Url(String url) implements ImageReference {

    static final FieldType<String> KIND =
        FieldType.textThat(
            "an address that begins with http://, https:// or s3://, without spaces",
            text -> Pattern.matches("(?i:https?|s3)://[^\\x{0}-\\x{20}]+", text));

    public Url {
      Objects.requireNonNull(url, "url is null");
    }

    @Override
    public String text() {
      return url;
    }

    /** Omits user, password and query, which may contain secrets. */
    @Override
    public String toString() {
      return "Url[" + url.replaceAll("//[^/?#]*@", "//***@").replaceAll("[?#].*", "?...") + "]";
    }
  }

  /**
   * An image within the message.
   *
   * @param base64 the bytes of an image file (RFC 4648, section 4, padded)
   * @param mediaType for example {@code image/png}; not used for decoding
   */
  record Bytes(String base64, Optional<String> mediaType) implements ImageReference {

    static final FieldType<String> KIND =
        FieldType.textThat(
            "an image file in base64, padded and without line breaks", Bytes::isFilledBase64);

    static final FieldType<String> MEDIA_TYPE =
        FieldType.textThat(
            "an image's media type, such as image/png",
            text -> Pattern.matches("image/[A-Za-z0-9.+-]{1,100}", text));

    public Bytes {
      Objects.requireNonNull(base64, "base64 is null");
      Objects.requireNonNull(mediaType, "mediaType is null");
    }

    /** Returns a reference with the bytes of an image file. */
    public static Bytes of(byte[] file) {
      return new Bytes(Base64.getEncoder().encodeToString(file), Optional.empty());
    }

    @Override
    public String text() {
      return "data:" + mediaType.orElse("application/octet-stream") + ";base64," + base64;
    }

    @Override
    public String toString() {
      return "Bytes[" + base64.length() + " characters, " + mediaType.orElse("no type") + "]";
    }

    private static boolean isFilledBase64(String text) {
      int length = text.length();
      if (length == 0 || length % 4 != 0) {
        return false;
      }
      int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
      return text.chars().limit(length - padding).allMatch(Bytes::isBase64);
    }

    private static boolean isBase64(int c) {
      return c >= 'A' && c <= 'Z'
          || c >= 'a' && c <= 'z'
          || c >= '0' && c <= '9'
          || c == '+'
          || c == '/';
    }
  }

  /** Parses an object with exactly one of path, url and bytes. */
  static ImageReference of(Fields image) throws MessageException {
    int given = 0;
    for (String name : new String[] {"path", "url", "bytes"}) {
      given += image.has(name) ? 1 : 0;
    }
    if (given != 1) {
      throw new MessageException(
          MessageErrorCode.MESSAGE_FIELD_INVALID,
          "image has "
              + (given == 0 ? "none" : given)
              + " of path, url and bytes: give exactly one, or leave image out of a text-only job");
    }
    if (image.has("path")) {
      return new Path(image.required("path", Path.KIND));
    }
    if (image.has("url")) {
      return new Url(image.required("url", Url.KIND));
    }
    return new Bytes(
        image.required("bytes", Bytes.KIND), image.optional("media_type", Bytes.MEDIA_TYPE));
  }
}
