package org.stfbatch.storage;

import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.stfbatch.net.ProxySettings;

/** A process that begins an upload and waits for its end. */
final class UnfinishedUpload {
  static final String BEGUN = "begun";

  private UnfinishedUpload() {}

  /**
   * @param arguments the endpoint and the address to write
   */
  public static void main(String[] arguments) throws Exception {
    S3Settings settings =
        new S3Settings(
            Optional.of(URI.create(arguments[0])), Optional.empty(), true, ProxySettings.NONE);
    try (Storage storage = new Storage(settings);
        PendingOutput output = storage.begin(StorageAddress.parse(arguments[1]))) {
      output.stream().write(new byte[9 << 20]);
      System.out.println(BEGUN);
      new CountDownLatch(1).await();
    }
  }
}
