package org.stfbatch.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.stfbatch.secret.Secrets;

/**
 * Connection settings of a PostgreSQL database.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://HOST:PORT/DATABASE}; its parameters override the
 *     driver settings of {@link Database}
 * @param user the role to log in as; if empty, the URL or the driver decides
 * @param password its password; empty for none. Never part of {@link #toString}
 */
public record DatabaseSettings(String url, String user, String password) {

  public DatabaseSettings {
    Objects.requireNonNull(url, "url is null");
    Objects.requireNonNull(user, "user is null");
    Objects.requireNonNull(password, "password is null");
  }

  /** Returns the URL for messages and logs, with secrets replaced by {@code ***}. */
  public String safeUrl() {
    return hide(url);
  }

  /** Returns a text, such as a driver's message, with secrets replaced by {@code ***}. */
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
