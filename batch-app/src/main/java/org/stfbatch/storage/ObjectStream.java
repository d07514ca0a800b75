package org.stfbatch.storage;

import java.io.IOException;
import java.io.InputStream;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.storage.StorageException.Kind;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The content of an object as a stream. After a cut connection it goes on where it stopped, if the
 * object still has the same entity tag. For one thread.
 */
final class ObjectStream extends InputStream {
  /** Attempts without a new byte. */
  private static final int TRIES = 5;

  private static final long UNKNOWN = Long.MAX_VALUE;

  private final S3Client client;
  private final S3Object object;
  private final String tag;
  private final long size;
  private ResponseInputStream<GetObjectResponse> body;
  private long position;

  private ObjectStream(
      S3Client client, S3Object object, ResponseInputStream<GetObjectResponse> body) {
    this.client = client;
    this.object = object;
    this.body = body;
    this.tag = body.response().eTag();
    Long length = body.response().contentLength();
    this.size = length == null ? UNKNOWN : length;
  }

  static ObjectStream open(S3Client client, S3Object object) throws StorageException {
    try {
      return new ObjectStream(
          client,
          object,
          client.getObject(request -> request.bucket(object.bucket()).key(object.key())));
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    for (int tries = 1; ; tries++) {
      try {
        int n = position == size ? -1 : body.read(bytes, offset, length);
        if (n < 0 && position < size && size != UNKNOWN) {
          throw new IOException("the body broke off");
        }
        position += Math.max(n, 0);
        return n;
      } catch (IOException | SdkException e) {
        if (tries == TRIES) {
          throw new StorageException(
              Kind.UNAVAILABLE,
              "%s broke off at byte %d (tried %dx): try again later"
                  .formatted(object.displayName(), position, TRIES),
              e);
        }
        resume();
      }
    }
  }

  private void resume() throws StorageException {
    body.abort();
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(object.bucket())
            .key(object.key())
            .ifMatch(tag)
            .range("bytes=" + position + "-")
            .build();
    try {
      body = client.getObject(request);
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
    String sent = body.response().contentRange();
    if (sent == null || !sent.startsWith("bytes " + position + "-")) {
      body.abort();
      throw new StorageException(
          Kind.UNUSABLE, object.displayName() + " is not sent by ranges: check the endpoint", null);
    }
  }

  /** Drops the connection if the content was not read to its end. */
  @Override
  public void close() throws IOException {
    if (position < size) {
      body.abort();
    } else {
      body.close();
    }
  }
}
