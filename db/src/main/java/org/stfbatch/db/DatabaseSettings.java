package org.stfbatch.db;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How to reach a PostgreSQL database.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://HOST:PORT/DATABASE}; its own parameters win over
 *     the driver settings that {@link Database} chooses
 * @param user the role to log in as; empty to leave it to the URL or the driver
 * @param password its password; empty for none. Never part of {@link #toString}
 */
public record DatabaseSettings(String url, String user, String password) {

  private static final Pattern SECRET_PARAMETER =
      Pattern.compile("([?&][^=&]*password=)[^&]*", Pattern.CASE_INSENSITIVE);
  private static final Pattern USER_INFO = Pattern.compile("//[^/?]*@");

  public DatabaseSettings {
    Objects.requireNonNull(url, "url is null");
    Objects.requireNonNull(user, "user is null");
    Objects.requireNonNull(password, "password is null");
  }

  /** The URL for messages and logs: passwords in it are replaced by {@code ***}. */
  public String safeUrl() {
    String withoutUserInfo = USER_INFO.matcher(url).replaceAll("//***@");
    return SECRET_PARAMETER.matcher(withoutUserInfo).replaceAll("$1***");
  }

  @Override
  public String toString() {
    return "DatabaseSettings[url=" + safeUrl() + ", user=" + user + "]";
  }
}
