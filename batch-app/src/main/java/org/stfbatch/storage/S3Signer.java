package org.stfbatch.storage;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;

/**
 * Signs requests for objects, which any HTTP client can send. Credentials and region are looked up
 * with the first request, which may block. Thread safe.
 */
public final class S3Signer implements AutoCloseable {
  /** Longer than a request may wait and take; shorter than credentials last. */
  private static final Duration VALID = Duration.ofMinutes(15);

  private final S3Settings settings;
  private DefaultCredentialsProvider credentials;
  private S3Presigner presigner;

  public S3Signer(S3Settings settings) {
    this.settings = settings;
  }

  /**
   * A signed request.
   *
   * @param uri contains the signature: never show it
   * @param headers headers that were signed, without Host
   */
  public record Signed(URI uri, Map<String, String> headers) {
    /** Returns a text without the signature. */
    @Override
    public String toString() {
      return "Signed[" + uri.getHost() + "]";
    }
  }

  /**
   * Signs a GET request of a whole object.
   *
   * @throws StorageException if there are no credentials, or no region
   */
  public Signed sign(StorageAddress.S3Object object) throws StorageException {
    try {
      PresignedGetObjectRequest signed =
          presigner()
              .presignGetObject(
                  request ->
                      request
                          .signatureDuration(VALID)
                          .getObjectRequest(get -> get.bucket(object.bucket()).key(object.key())));
      return new Signed(signed.httpRequest().getUri(), headers(signed.signedHeaders()));
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  private static Map<String, String> headers(Map<String, List<String>> signed) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    signed.forEach((name, values) -> headers.put(name, String.join(",", values)));
    headers.remove("host");
    return headers;
  }

  private synchronized S3Presigner presigner() {
    if (presigner == null) {
      credentials =
          credentials == null ? DefaultCredentialsProvider.builder().build() : credentials;
      presigner = S3Access.presigner(settings, credentials);
    }
    return presigner;
  }

  /** Releases what was opened; the next request opens it again. */
  @Override
  public synchronized void close() {
    if (presigner != null) {
      presigner.close();
    }
    if (credentials != null) {
      credentials.close();
    }
    presigner = null;
    credentials = null;
  }
}
