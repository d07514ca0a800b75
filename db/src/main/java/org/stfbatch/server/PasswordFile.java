package org.stfbatch.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/** The password of a server's only user, readable by the owner of the home folder only. */
public final class PasswordFile {

  private static final int RANDOM_BYTES = 24;

  private final Path file;

  /**
   * @param file need not exist
   */
  public PasswordFile(Path file) {
    this.file = file;
  }

  /**
   * The password that was made before, if there is one.
   *
   * @throws ServerException if there is one that this user cannot read
   */
  public Optional<String> read() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      throw new ServerException(
          "cannot read the password in " + file + "; run as the user who made it", e);
    }
  }

  /**
   * Makes a password and keeps it.
   *
   * @return letters, digits, hyphens and underscores
   * @throws ServerException if it cannot be kept
   */
  public String make() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    PrivateFile.write(file, password + "\n");
    return password;
  }
}
