package org.stfbatch.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.storage.StorageException.Kind;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/** Objects of buckets. The client is made with the first request. Thread safe. */
final class S3Places implements AutoCloseable {
  private final S3Settings settings;
  private DefaultCredentialsProvider credentials;
  private S3Client client;
  private boolean closed;

  S3Places(S3Settings settings) {
    this.settings = settings;
  }

  private synchronized S3Client client(String name) throws StorageException {
    if (closed) {
      throw new IllegalStateException("the storage is closed");
    }
    if (client == null) {
      try {
        credentials =
            credentials == null ? DefaultCredentialsProvider.builder().build() : credentials;
        client = S3Access.client(settings, credentials);
      } catch (SdkException e) {
        throw S3Refusals.of(name, e);
      }
    }
    return client;
  }

  InputStream open(S3Object object) throws StorageException {
    return ObjectStream.open(client(object.displayName()), object);
  }

  byte[] read(S3Object object, long offset, int length) throws StorageException {
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(object.bucket())
            .key(object.key())
            .range("bytes=" + offset + "-" + (offset + length - 1))
            .build();
    try {
      return client(object.displayName()).getObject(request, range(object, offset, length));
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  /** Reads a range; a body that broke off is requested again. */
  private static ResponseTransformer<GetObjectResponse, byte[]> range(
      S3Object object, long offset, int length) {
    return (response, body) -> {
      String sent = response.contentRange();
      if (sent == null || !sent.startsWith("bytes " + offset + "-")) {
        body.abort();
        throw new StorageException(
            Kind.UNUSABLE,
            object.displayName() + " is not sent by ranges: check the endpoint",
            null);
      }
      if (response.contentLength() < length) {
        body.abort();
        throw LocalPlaces.tooShort(object, offset, length);
      }
      try {
        byte[] data = body.readNBytes(length);
        if (data.length == length) {
          return data;
        }
        throw new IOException("the body broke off");
      } catch (IOException e) {
        throw RetryableException.builder().message("the body broke off").cause(e).build();
      }
    };
  }

  long size(S3Object object) throws StorageException {
    try {
      return client(object.displayName())
          .headObject(request -> request.bucket(object.bucket()).key(object.key()))
          .contentLength();
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  ObjectListing list(S3Object prefix, Optional<String> startAfter) throws StorageException {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(prefix.bucket())
            .prefix(prefix.key())
            .startAfter(startAfter.orElse(null))
            .build();
    return new ObjectListing(
        prefix, client(prefix.displayName()).listObjectsV2Paginator(request).contents());
  }

  PendingOutput begin(S3Object object) throws StorageException {
    if (object.key().isEmpty() || object.key().endsWith("/")) {
      throw new StorageException(
          Kind.UNUSABLE,
          object.displayName() + " names no object: give s3://BUCKET/KEY of a file",
          null);
    }
    return new ObjectUpload(client(object.displayName()), object);
  }

  void delete(S3Object object) throws StorageException {
    try {
      client(object.displayName())
          .deleteObject(request -> request.bucket(object.bucket()).key(object.key()));
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.close();
    }
    if (credentials != null) {
      credentials.close();
    }
  }
}
