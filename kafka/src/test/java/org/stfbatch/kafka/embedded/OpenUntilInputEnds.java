package org.stfbatch.kafka.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A command that uses a home's broker, for tests that need another process. */
final class OpenUntilInputEnds {

  private OpenUntilInputEnds() {}

  public static void main(String[] arguments) throws IOException {
    try (EmbeddedBroker.Session session = new EmbeddedBroker(Path.of(arguments[0])).open()) {
      System.out.println(session.settings().bootstrapServers());
      System.in.readAllBytes();
    }
  }
}
