package org.stfbatch.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.stfbatch.secret.Secrets;

/**
 * How to reach a PostgreSQL database.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://HOST:PORT/DATABASE}; its own parameters win over
 *     the driver settings that {@link Database} chooses
 * @param user the role to log in as; empty to leave it to the URL or the driver
 * @param password its password; empty for none. Never part of {@link #toString}
 */
public record DatabaseSettings(String url, String user, String password) {

  public DatabaseSettings {
    Objects.requireNonNull(url, "url is null");
    Objects.requireNonNull(user, "user is null");
    Objects.requireNonNull(password, "password is null");
  }

  /** The URL for messages and logs: secrets in it are replaced by {@code ***}. */
  public String safeUrl() {
    return hide(url);
  }

  /** A text for messages and logs, such as the driver's own words. */
  String hide(String text) {
    List<String> known = new ArrayList<>(Secrets.valuesIn(url));
    known.add(password);
    return Secrets.of(known).hide(text);
  }

  @Override
  public String toString() {
    return "DatabaseSettings[url=" + safeUrl() + ", user=" + user + "]";
  }
}
