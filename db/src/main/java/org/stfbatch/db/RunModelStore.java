package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.stfbatch.base.ModelIdentity;

/** Which models answered a run. */
public final class RunModelStore {

  /** Ordered by the primary key: without an order, the planner may read other runs' answers. */
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

  /** Of the chunks, which are far fewer than the answers. */
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
   * The model of one of the run's answers; empty if it has none. Takes the same time however many
   * there are.
   */
  public Optional<ModelIdentity> first(long runId) {
    return jdbc.sql(FIRST).param("run", runId).query((row, n) -> model(row)).optional();
  }

  /** What the user called the checkpoint of one of the run's answers; empty if it has none. */
  public Optional<String> name(long runId) {
    return jdbc.sql(NAME).param("run", runId).query(String.class).optional();
  }

  /**
   * All models that gave answers, in the order of their first ones, as far as the run's metrics
   * tell: those of the oldest versions do not name the model.
   */
  public List<ModelIdentity> all(long runId) {
    return jdbc.sql(ALL).param("run", runId).query((row, n) -> model(row)).list();
  }

  /**
   * Of a row with the columns {@code model_fingerprint}, {@code compression}, {@code
   * weight_format}.
   */
  static ModelIdentity model(ResultSet row) throws SQLException {
    return new ModelIdentity(
        row.getString("model_fingerprint"),
        row.getString("compression"),
        row.getString("weight_format"));
  }
}
