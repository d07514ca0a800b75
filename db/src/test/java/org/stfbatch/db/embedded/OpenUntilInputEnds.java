package org.stfbatch.db.embedded;

import java.io.IOException;
import java.nio.file.Path;

/** A command that uses a home's database, for tests that need another process. */
final class OpenUntilInputEnds {

  private OpenUntilInputEnds() {}

  public static void main(String[] arguments) throws IOException {
    EmbeddedDatabase database = new EmbeddedDatabase(Path.of(arguments[0]), Path.of(arguments[1]));
    try (EmbeddedDatabase.Session session = database.open()) {
      System.out.println(session.settings().url());
      System.in.readAllBytes();
    }
  }
}
