package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;

/** Store of the models that answered a run. */
public final class RunModelStore {

  /**
   * Ordered by the primary key. Without an order, the planner may scan the answers of other runs.
   */
  private static final String FIRST =
      """
      select model_fingerprint, compression, weight_format
      from answer
      where run_id = :run
      order by job_id
      limit 1
      """;

  private static final String NAME =
      "select model_name from answer where run_id = :run order by job_id limit 1";

  /** Reads chunks, because there are far fewer of them than answers. */
  private static final String ALL =
      """
      select model_fingerprint, compression, weight_format
      from chunk_metric
      where run_id = :run and answers > 0 and model_fingerprint is not null
      group by model_fingerprint, compression, weight_format
      order by min(metric_id)
      """;

  private final JdbcClient jdbc;

  public RunModelStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /**
   * Returns the model of the run's first answer; empty if it has none. The cost does not depend on
   * the number of answers.
   */
  public Optional<ModelIdentity> first(long runId) {
    return jdbc.sql(FIRST).param("run", runId).query((row, n) -> model(row)).optional();
  }

  /** Returns the user's name of the checkpoint of the run's first answer; empty if it has none. */
  public Optional<String> name(long runId) {
    return jdbc.sql(NAME).param("run", runId).query(String.class).optional();
  }

  /**
   * Returns all models that answered jobs, in the order of their first chunks. Chunks that the
   * oldest versions stored do not name the model and are left out.
   */
  public List<ModelIdentity> all(long runId) {
    return jdbc.sql(ALL).param("run", runId).query((row, n) -> model(row)).list();
  }

  /**
   * Reads the columns {@code model_fingerprint}, {@code compression} and {@code weight_format} of a
   * row.
   */
  static ModelIdentity model(ResultSet row) throws SQLException {
    return new ModelIdentity(
        row.getString("model_fingerprint"),
        row.getString("compression"),
        row.getString("weight_format"));
  }
}
