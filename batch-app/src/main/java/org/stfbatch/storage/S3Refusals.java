package org.stfbatch.storage;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.storage.StorageException.Kind;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Errors of S3 as messages for users. */
public final class S3Refusals {
  /** Codes that tell of the credentials or the clock, and so of every object alike. */
  private static final Set<String> CREDENTIALS =
      Set.of(
          "ExpiredToken",
          "InvalidAccessKeyId",
          "InvalidToken",
          "RequestTimeTooSkewed",
          "SignatureDoesNotMatch",
          "TokenRefreshRequired");

  private static final Set<String> OVERLOAD =
      Set.of("SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "TooManyRequests");

  private S3Refusals() {}

  /**
   * Returns the error of a response.
   *
   * @param name the place, for messages
   * @param status the HTTP status
   * @param code the code of the response's body; empty if there is none
   * @param region the region that the response names
   * @param retryAfter the pause that the response asks for
   */
  public static StorageException of(
      String name,
      int status,
      String code,
      Optional<String> region,
      Optional<Duration> retryAfter) {
    return of(name, status, code, region, retryAfter, null);
  }

  private static StorageException of(
      String name,
      int status,
      String code,
      Optional<String> region,
      Optional<Duration> retryAfter,
      Throwable cause) {
    String what = "HTTP " + status + (code.isEmpty() ? "" : ", " + code);
    if (status >= 500 || status == 408 || status == 429 || OVERLOAD.contains(code)) {
      return new StorageException(
          Kind.UNAVAILABLE,
          "%s failed with %s: try again later".formatted(name, what),
          retryAfter,
          cause);
    }
    if (CREDENTIALS.contains(code)) {
      return new StorageException(
          Kind.UNAVAILABLE,
          "%s was refused with %s: renew or correct the credentials, and check the clock"
              .formatted(name, what),
          cause);
    }
    if (status == 404 || status == 410) {
      return new StorageException(
          Kind.MISSING,
          "%s not found (%s): check the bucket and the key".formatted(name, what),
          cause);
    }
    if (status == 403 || status == 401) {
      return new StorageException(
          Kind.DENIED,
          "%s was refused with %s: allow it to the credentials that are used here"
              .formatted(name, what),
          cause);
    }
    if (status == 412 || status == 416) {
      return new StorageException(
          Kind.UNUSABLE,
          "%s is no longer what it was (%s): it was replaced meanwhile, begin again"
              .formatted(name, what),
          cause);
    }
    if (status == 301 || status == 307 || region.isPresent()) {
      return new StorageException(
          Kind.UNUSABLE,
          "%s lies in %s (%s): give it with --s3-region"
              .formatted(name, region.map(r -> "region " + r).orElse("another region"), what),
          cause);
    }
    return new StorageException(
        Kind.UNUSABLE,
        "%s was refused with %s: check the address and the endpoint".formatted(name, what),
        cause);
  }

  /** Returns the error of a response that is not of S3. */
  static StorageException ofPage(String name, int status) {
    boolean later = status >= 500 || status == 408 || status == 425 || status == 429;
    boolean missing = status == 404 || status == 410;
    boolean denied = status == 401 || status == 403;
    Kind kind =
        later ? Kind.UNAVAILABLE : missing ? Kind.MISSING : denied ? Kind.DENIED : Kind.UNUSABLE;
    String cure = later ? "try again later" : "check the address and the access";
    return new StorageException(
        kind, "%s was refused with HTTP %d: %s".formatted(name, status, cure), null);
  }

  /** Returns the error of a call of the SDK. */
  static StorageException of(String name, SdkException error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof StorageException known) {
        return known;
      }
    }
    if (error instanceof AwsServiceException service) {
      String code =
          service.awsErrorDetails() == null || service.awsErrorDetails().errorCode() == null
              ? ""
              : service.awsErrorDetails().errorCode();
      return of(name, service.statusCode(), code, region(service), Optional.empty(), error);
    }
    if (error instanceof AbortedException) {
      return new StorageException(
          Kind.UNAVAILABLE, "the work on %s was interrupted: begin again".formatted(name), error);
    }
    String message = String.valueOf(error.getMessage());
    if (message.startsWith("Unable to load credentials")) {
      return new StorageException(
          Kind.UNAVAILABLE,
          "there are no credentials for %s: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role"
              .formatted(name),
          error);
    }
    if (message.startsWith("Unable to load region")) {
      return new StorageException(
          Kind.UNUSABLE, "the region of %s is not known: give --s3-region".formatted(name), error);
    }
    return new StorageException(
        Kind.UNAVAILABLE,
        "%s cannot be reached: check the endpoint and the network".formatted(name),
        error);
  }

  private static Optional<String> region(AwsServiceException error) {
    SdkHttpResponse response =
        error.awsErrorDetails() == null ? null : error.awsErrorDetails().sdkHttpResponse();
    return response == null
        ? Optional.empty()
        : response.firstMatchingHeader("x-amz-bucket-region");
  }
}
