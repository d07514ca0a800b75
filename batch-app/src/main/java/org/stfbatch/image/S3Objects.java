package org.stfbatch.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.stfbatch.storage.S3Refusals;
import org.stfbatch.storage.S3Settings;
import org.stfbatch.storage.S3Signer;
import org.stfbatch.storage.StorageException;

/**
 * Requests for images in S3 buckets, and what their responses mean. A request is signed here and
 * sent as any download, so that limits, proxies and cancelling are those of downloads. Thread safe.
 */
final class S3Objects implements AutoCloseable {
  private static final int LONGEST_ERROR = 1 << 16;
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9.]{1,64})</Code>");
  private static final Pattern REGION = Pattern.compile("<Region>([a-z0-9-]{1,32})</Region>");
  private static final Pattern MD5 = Pattern.compile("\"?([0-9a-fA-F]{32})\"?");

  private final S3Signer signer;
  private final Set<String> allowed;

  /**
   * @param allowed buckets that references from outside may name
   */
  S3Objects(S3Settings settings, Set<String> allowed) {
    this.signer = new S3Signer(settings);
    this.allowed = allowed;
  }

  /**
   * Signs the request of an image.
   *
   * @throws ImageException if the bucket may not be named
   * @throws StorageException if there are no credentials
   */
  S3Signer.Signed sign(ImageSource.S3 source) throws ImageException, StorageException {
    String bucket = source.object().bucket();
    if (source.fromOutside() && !allowed.contains(bucket)) {
      throw ImageException.permanent(
          ImageErrorCode.IMAGE_ADDRESS,
          "%s is in a bucket that jobs from Kafka or a trigger may not name: allow it with --allow-bucket %s"
              .formatted(source.displayName(), bucket));
    }
    return signer.sign(source.object());
  }

  static HttpGet request(S3Signer.Signed signed) {
    HttpGet request = new HttpGet(signed.uri());
    request.setHeader("Accept-Encoding", "identity");
    signed.headers().forEach(request::setHeader);
    return request;
  }

  /** Returns the error of a response that is no success. */
  static ImageException refused(
      ImageSource.S3 source, HttpGet request, ClassicHttpResponse response) throws IOException {
    String body = beginning(request, response);
    Optional<String> region = header(response, "x-amz-bucket-region").or(() -> first(REGION, body));
    return translated(
        S3Refusals.of(
            source.displayName(),
            response.getCode(),
            first(CODE, body).orElse(""),
            region,
            HttpFetcher.retryAfter(response)));
  }

  private static String beginning(HttpGet request, ClassicHttpResponse response)
      throws IOException {
    if (response.getEntity() == null) {
      return "";
    }
    InputStream body = response.getEntity().getContent();
    byte[] beginning = body.readNBytes(LONGEST_ERROR);
    if (body.read() >= 0) {
      // Closing the response would read the rest.
      request.cancel();
    }
    return new String(beginning, StandardCharsets.UTF_8);
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Returns an error of the storage as that of an image. */
  static ImageException translated(StorageException error) {
    String message = error.getMessage();
    return switch (error.kind()) {
      case MISSING -> ImageException.permanent(ImageErrorCode.IMAGE_NOT_FOUND, message, error);
      case DENIED, UNUSABLE -> ImageException.permanent(ImageErrorCode.IMAGE_FETCH, message, error);
      case UNAVAILABLE ->
          error
              .retryAfter()
              .map(pause -> ImageException.busy(ImageErrorCode.IMAGE_FETCH, message, pause))
              .orElseGet(
                  () -> ImageException.transientError(ImageErrorCode.IMAGE_FETCH, message, error));
    };
  }

  /**
   * Compares the body with the object's MD5, if the entity tag is one: those of multipart uploads,
   * of objects that are encrypted with KMS keys, and of directory buckets are not.
   *
   * @throws ImageException transient, if they differ
   */
  static void requireUndamaged(ImageSource.S3 source, ClassicHttpResponse response, byte[] data)
      throws ImageException {
    Optional<String> encryption = header(response, "x-amz-server-side-encryption");
    boolean plain =
        encryption.filter(kind -> kind.startsWith("aws:")).isEmpty()
            && header(response, "x-amz-server-side-encryption-customer-algorithm").isEmpty()
            && header(response, "Content-Encoding").isEmpty()
            && !source.object().bucket().endsWith("--x-s3");
    Optional<String> md5 =
        header(response, "ETag")
            .filter(tag -> plain)
            .map(MD5::matcher)
            .filter(Matcher::matches)
            .map(match -> match.group(1).toLowerCase(Locale.ROOT));
    if (md5.isPresent() && !md5.get().equals(md5(data))) {
      throw ImageException.transientError(
          ImageErrorCode.IMAGE_FETCH,
          source.displayName() + " arrived damaged (its MD5 is not its ETag): try again later",
          null);
    }
  }

  private static String md5(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  private static Optional<String> header(ClassicHttpResponse response, String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? Optional.empty() : Optional.ofNullable(header.getValue());
  }

  /** Releases credentials; the next request looks them up again. */
  @Override
  public void close() {
    signer.close();
  }
}
