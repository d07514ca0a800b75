package org.stfbatch.db;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of the runs. */
public final class RunStore {

  /** The longest name of a run, in characters. */
  public static final int MAX_NAME_LENGTH = 200;

  private static final RowMapper<Run> RUN =
      (row, n) ->
          new Run(
              row.getLong("run_id"),
              row.getObject("uuid", UUID.class),
              row.getString("name"),
              Rows.instant(row, "created_at"));

  private final JdbcClient jdbc;

  public RunStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /**
   * Returns the run of that name, which is created if there is none. Concurrent callers get the
   * same run.
   *
   * @throws IllegalArgumentException if the name is blank, longer than {@value #MAX_NAME_LENGTH}
   *     characters or not storable as text
   */
  public Run findOrCreate(String name) {
    requireName(name);
    Optional<Run> found = find(name);
    if (found.isPresent()) {
      return found.get();
    }
    jdbc.sql("insert into run (name) values (:name) on conflict (name) do nothing")
        .param("name", name)
        .update();
    return find(name).orElseThrow();
  }

  /** Returns the run of that name, if there is one. */
  public Optional<Run> find(String name) {
    return jdbc.sql("select run_id, uuid, name, created_at from run where name = :name")
        .param("name", StoredText.requireStorable(name, "the run's name"))
        .query(RUN)
        .optional();
  }

  /**
   * Returns whether the {@code custom_id} of jobs from question files is made of the line's {@code
   * question_id}. In runs of older versions it is made of the line's number and bytes.
   */
  public boolean namesQuestionsById(long runId) {
    return jdbc.sql("select question_names = 'id' from run where run_id = :run")
        .param("run", runId)
        .query(Boolean.class)
        .single();
  }

  /** Returns all runs, oldest first. */
  public List<Run> all() {
    return jdbc.sql("select run_id, uuid, name, created_at from run order by run_id")
        .query(RUN)
        .list();
  }

  private static void requireName(String name) {
    StoredText.requireStorable(name, "the run's name");
    if (name.isBlank() || name.codePointCount(0, name.length()) > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          "a run's name has 1 to "
              + MAX_NAME_LENGTH
              + " characters, not all blank: '"
              + name
              + "'");
    }
  }
}
