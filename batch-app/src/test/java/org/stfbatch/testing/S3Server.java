package org.stfbatch.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.stfbatch.net.ProxySettings;
import org.stfbatch.storage.S3Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An S3-compatible server (S3Proxy on a folder) with a bucket, for the tests of a class. The
 * process has its credentials.
 */
public final class S3Server implements BeforeAllCallback, AfterAllCallback {
  public static final String BUCKET = "pictures";
  public static final String SECRET = "only-for-tests-7391";

  private static final String KEY_ID = "tester";
  private static final String ID_PROPERTY = "aws.accessKeyId";
  private static final String SECRET_PROPERTY = "aws.secretAccessKey";

  private Path folder;
  private S3Proxy server;
  private S3Client client;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    System.setProperty(ID_PROPERTY, KEY_ID);
    System.setProperty(SECRET_PROPERTY, SECRET);
    folder = Files.createTempDirectory("s3");
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY_ID, SECRET)
            .build();
    server.start();
    client =
        S3Client.builder()
            .endpointOverride(endpoint())
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY_ID, SECRET)))
            .build();
    client.createBucket(request -> request.bucket(BUCKET));
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    client.close();
    server.stop();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    System.clearProperty(ID_PROPERTY);
    System.clearProperty(SECRET_PROPERTY);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** Returns settings for this server. */
  public S3Settings settings() {
    return settings(endpoint());
  }

  /** Returns settings for a server in front of this one. */
  public static S3Settings settings(URI endpoint) {
    return new S3Settings(Optional.of(endpoint), Optional.empty(), true, ProxySettings.NONE);
  }

  public void put(String key, byte[] content) {
    client.putObject(request -> request.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
  }

  public void put(String key, Path file) {
    client.putObject(request -> request.bucket(BUCKET).key(key), file);
  }

  /** Puts an object into the server's store without a request, which is fast for many. */
  public void store(String key, byte[] content) throws IOException {
    Path file = folder.resolve(BUCKET).resolve(key);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  public byte[] get(String key) {
    return client.getObjectAsBytes(request -> request.bucket(BUCKET).key(key)).asByteArray();
  }

  public boolean has(String key) {
    try {
      client.headObject(request -> request.bucket(BUCKET).key(key));
      return true;
    } catch (NoSuchKeyException e) {
      return false;
    }
  }

  public List<String> keys(String prefix) {
    return client
        .listObjectsV2Paginator(request -> request.bucket(BUCKET).prefix(prefix))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  /** Returns how many uploads are neither completed nor aborted. */
  public int pendingUploads() {
    return client.listMultipartUploads(request -> request.bucket(BUCKET)).uploads().size();
  }
}
