package org.stfbatch.job;

import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.stfbatch.db.StoredText;

/**
 * JDBC template of Spring Batch's job repository that replaces characters a PostgreSQL text column
 * cannot hold. The stack traces of failures may quote input with such characters; without the
 * replacement the failure itself could not be stored.
 */
final class StorableTexts extends JdbcTemplate {
  StorableTexts(DataSource dataSource) {
    super(dataSource);
  }

  @Override
  public int update(String sql, Object... arguments) {
    return super.update(sql, storable(arguments));
  }

  @Override
  public int update(String sql, Object[] arguments, int[] types) {
    return super.update(sql, storable(arguments), types);
  }

  private static Object[] storable(Object[] arguments) {
    Object[] storable = arguments.clone();
    for (int i = 0; i < storable.length; i++) {
      if (storable[i] instanceof String text) {
        storable[i] = StoredText.readable(text);
      }
    }
    return storable;
  }
}
