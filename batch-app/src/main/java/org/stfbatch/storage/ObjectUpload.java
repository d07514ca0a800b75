package org.stfbatch.storage;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.stfbatch.storage.StorageAddress.S3Object;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * An object that is written: small content in one request, larger content as a multipart upload
 * that is completed by {@link #commit} and aborted otherwise. Memory is that of one part. Used by
 * one thread.
 *
 * <p>Part sizes grow, because an upload has at most 10,000 parts: the first thousand have 8 MiB,
 * the next 16 MiB, and so on, which is enough for 430 GiB.
 */
final class ObjectUpload implements PendingOutput {
  private static final int FIRST_PART = 8 << 20;
  private static final int PARTS_OF_ONE_SIZE = 1000;
  private static final int SMALLEST_BUFFER = 1 << 16;
  private static final String TYPE = "application/octet-stream";

  private final S3Client client;
  private final S3Object object;
  private final List<CompletedPart> parts = new ArrayList<>();
  private final Content stream = new Content();
  private byte[] part = new byte[SMALLEST_BUFFER];
  private int filled;
  private MultipartUpload upload;

  ObjectUpload(S3Client client, S3Object object) {
    this.client = client;
    this.object = object;
  }

  /** Returns the bytes of the part after so many parts. */
  static int partSize(int partsBefore) {
    return FIRST_PART * (1 + partsBefore / PARTS_OF_ONE_SIZE);
  }

  /** Collects the bytes of the next part. */
  private final class Content extends OutputStream {
    @Override
    public void write(int value) throws StorageException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws StorageException {
      int done = 0;
      while (done < length) {
        int size = partSize(parts.size());
        if (filled == size) {
          sendPart();
        } else {
          int n = Math.min(length - done, size - filled);
          makeRoom(filled + n, size);
          System.arraycopy(bytes, offset + done, part, filled, n);
          filled += n;
          done += n;
        }
      }
    }
  }

  private void makeRoom(int wanted, int most) {
    if (wanted > part.length) {
      part = Arrays.copyOf(part, (int) Math.min(most, Math.max(wanted, 2L * part.length)));
    }
  }

  private void sendPart() throws StorageException {
    try {
      if (upload == null) {
        upload = MultipartUpload.create(client, object);
      }
      parts.add(upload.send(parts.size() + 1, body()));
      filled = 0;
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  /** Returns the part without copying it; it is read again for a retry. */
  private RequestBody body() {
    int length = filled;
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(part, 0, length), length, TYPE);
  }

  @Override
  public OutputStream stream() {
    return stream;
  }

  @Override
  public void commit() throws StorageException {
    try {
      if (upload == null) {
        client.putObject(request -> request.bucket(object.bucket()).key(object.key()), body());
        return;
      }
      if (filled > 0) {
        sendPart();
      }
      upload.complete(parts);
    } catch (SdkException e) {
      throw S3Refusals.of(object.displayName(), e);
    }
  }

  @Override
  public void close() throws StorageException {
    if (upload != null) {
      try {
        upload.abort();
      } catch (SdkException e) {
        throw S3Refusals.of(object.displayName(), e);
      }
    }
  }
}
