package org.stfbatch.db;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Finds committed answers by their keys. Only answers that were computed have a key: one that was
 * reused itself is found in the run it was computed for. Thread safe.
 */
public final class ReusableAnswerStore {

  /** The lateral select takes the first entry of the index answer_by_reuse_key for each key. */
  static final String FIND =
      """
      select
        found.place, run.name as run, job.custom_id,
        text, text_utf8, finish_reason, prompt_tokens, vision_tokens, generated_tokens,
        choices, log_probabilities
      from (
        select place, answer.*
        from unnest(?) with ordinality as wanted (key, place)
        cross join lateral (
          select * from answer where answer.reuse_key = wanted.key%s limit 1
        ) answer
        offset 0
      ) found
      join run on run.run_id = found.run_id
      cross join lateral (
        select custom_id from image_job where image_job.job_id = found.job_id offset 0
      ) job
      """;

  private static final String FIND_IN_ANY_RUN = FIND.formatted("");
  private static final String FIND_IN_ONE_RUN = FIND.formatted(" and answer.run_id = ?");

  private final JdbcTemplate template;

  public ReusableAnswerStore(DataSource dataSource) {
    this.template = new JdbcTemplate(dataSource);
  }

  /**
   * Returns an answer for each key that has one. The cost of a key does not depend on the number of
   * answers.
   *
   * @param keys distinct
   * @param run the only run whose answers are considered; empty for all runs
   */
  public Map<ReuseKey, ReusableAnswer> find(List<ReuseKey> keys, OptionalLong run) {
    Map<ReuseKey, ReusableAnswer> found = new HashMap<>();
    template.query(
        run.isPresent() ? FIND_IN_ONE_RUN : FIND_IN_ANY_RUN,
        statement -> set(statement, keys, run),
        row -> {
          found.put(keys.get(row.getInt("place") - 1), answer(row));
        });
    return found;
  }

  static void set(PreparedStatement statement, List<ReuseKey> keys, OptionalLong run)
      throws SQLException {
    new ArrayParameters<>(statement, keys, 1).bytes(ReuseKey::stored);
    if (run.isPresent()) {
      statement.setLong(2, run.getAsLong());
    }
  }

  private static ReusableAnswer answer(ResultSet row) throws SQLException {
    return new ReusableAnswer(
        new AnswerSource(row.getString("run"), row.getString("custom_id")),
        Rows.answerText(row),
        row.getString("finish_reason"),
        Rows.tokenCounts(row),
        Rows.realsByText(row, "choices", "log_probabilities"));
  }
}
