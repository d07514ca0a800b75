package org.stfbatch.storage;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.storage.StorageAddress.S3Object;
import org.stfbatch.storage.StorageException.Kind;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A multipart upload that the server keeps until it is completed or aborted. When the process is
 * told to end, it is aborted. Thread safe.
 */
final class MultipartUpload {
  private static final Logger LOG = LoggerFactory.getLogger(MultipartUpload.class);

  private final S3Client client;
  private final S3Object object;
  private final String id;
  private final Thread atExit = new Thread(this::abortAtExit, "abort-upload");
  private boolean ended;

  private MultipartUpload(S3Client client, S3Object object, String id) {
    this.client = client;
    this.object = object;
    this.id = id;
  }

  /**
   * @throws StorageException if the process is ending
   */
  static MultipartUpload create(S3Client client, S3Object object) throws StorageException {
    String id =
        client
            .createMultipartUpload(request -> request.bucket(object.bucket()).key(object.key()))
            .uploadId();
    MultipartUpload upload = new MultipartUpload(client, object, id);
    try {
      Runtime.getRuntime().addShutdownHook(upload.atExit);
    } catch (IllegalStateException e) {
      upload.abort();
      throw new StorageException(
          Kind.UNAVAILABLE, object.displayName() + " is not written: the program is ending", e);
    }
    return upload;
  }

  CompletedPart send(int number, RequestBody body) {
    String tag =
        client
            .uploadPart(
                request ->
                    request
                        .bucket(object.bucket())
                        .key(object.key())
                        .uploadId(id)
                        .partNumber(number),
                body)
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  synchronized void complete(List<CompletedPart> parts) {
    client.completeMultipartUpload(
        request ->
            request
                .bucket(object.bucket())
                .key(object.key())
                .uploadId(id)
                .multipartUpload(all -> all.parts(parts)));
    end();
  }

  /** Does nothing if the upload has ended. An interrupted thread aborts as well. */
  synchronized void abort() {
    if (ended) {
      return;
    }
    // The SDK makes no request for an interrupted thread.
    boolean interrupted = Thread.interrupted();
    try {
      client.abortMultipartUpload(
          request -> request.bucket(object.bucket()).key(object.key()).uploadId(id));
      end();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void end() {
    ended = true;
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      LOG.debug("the process is ending; the hook finds nothing to do", e);
    }
  }

  private void abortAtExit() {
    try {
      abort();
    } catch (SdkException e) {
      LOG.warn(
          "the upload to {} is left unfinished in its bucket: abort it there",
          object.displayName(),
          e);
    }
  }
}
